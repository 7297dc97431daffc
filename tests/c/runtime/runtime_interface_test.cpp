// The C interface in reszoo::runtime, called as a C program calls it, beside RuntimeModel.
// RESZOO_RUNTIME_MODEL is a model of diamonds' prices for the runtime.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

#include "reszoo/c/reszoo.h"
#include "reszoo/runtime/runtime_model.h"

namespace reszoo {
namespace {

using OwnedModel = std::unique_ptr<reszoo_model, decltype(&reszoo_free_model)>;
using OwnedTable = std::unique_ptr<reszoo_table, decltype(&reszoo_free_table)>;
using OwnedTensor = std::unique_ptr<reszoo_tensor, decltype(&reszoo_free_tensor)>;

const char* model_path() {
  const auto* path = std::getenv("RESZOO_RUNTIME_MODEL");
  return path == nullptr ? "RESZOO_RUNTIME_MODEL is not set" : path;
}

void expect_failure(reszoo_status status, reszoo_status expected, const std::string& message) {
  EXPECT_EQ(status, expected) << message;
  EXPECT_NE(std::string(reszoo_error()).find(message), std::string::npos) << reszoo_error();
}

OwnedModel load() {
  reszoo_model* model = nullptr;
  EXPECT_EQ(reszoo_load(model_path(), nullptr, &model), RESZOO_OK) << reszoo_error();
  return {model, reszoo_free_model};
}

/// Three diamonds. The colour of the second is missing.
OwnedTable diamonds() {
  reszoo_table* made = nullptr;
  EXPECT_EQ(reszoo_table_new(&made), RESZOO_OK);
  const std::pair<const char*, std::vector<double>> numbers[] = {
      {"carat", {0.31, 1.2, 2}}, {"depth", {61.5, 62, 60}},       {"table", {55, 57, 58}},
      {"x", {4.3, 6.8, 8}},      {"y", {4.3, 6.7, std::nan("")}}, {"z", {2.6, 4.2, 5}}};
  for (const auto& [name, values] : numbers)
    EXPECT_EQ(reszoo_table_add_numbers(made, name, values.data(), 3), RESZOO_OK) << reszoo_error();
  const std::pair<const char*, std::vector<const char*>> texts[] = {
      {"cut", {"Ideal", "Good", "Premium"}}, {"color", {"E", nullptr, ""}}, {"clarity", {"SI2", "VS1", "IF"}}};
  for (const auto& [name, values] : texts)
    EXPECT_EQ(reszoo_table_add_texts(made, name, values.data(), 3), RESZOO_OK) << reszoo_error();
  return {made, reszoo_free_table};
}

TEST(RuntimeInterface, PredictsLikeTheModel) {
  const auto model = load();
  const auto rows = diamonds();
  reszoo_table* made = nullptr;
  ASSERT_EQ(reszoo_predict_table(model.get(), rows.get(), nullptr, &made), RESZOO_OK) << reszoo_error();
  const OwnedTable answers(made, reszoo_free_table);
  const auto same = RuntimeModel::load(model_path());
  const Row second{{"carat", 1.2}, {"cut", "Good"}, {"color", {}}, {"clarity", "VS1"}, {"depth", 62},
                   {"table", 57},  {"x", 6.8},      {"y", 6.7},    {"z", 4.2}};
  ASSERT_EQ(reszoo_table_rows(made), 3);
  EXPECT_EQ(reszoo_table_columns(made), 1);
  EXPECT_STREQ(reszoo_table_name(made, 0), "prediction");
  EXPECT_EQ(reszoo_table_numbers(made, "prediction")[1], same.predict(second).value);
  EXPECT_GT(reszoo_table_numbers(made, "prediction")[2], reszoo_table_numbers(made, "prediction")[0]);
  EXPECT_EQ(reszoo_table_text(made, "prediction", 0), nullptr);
  EXPECT_STREQ(reszoo_table_text(rows.get(), "color", 0), "E");
  EXPECT_EQ(reszoo_table_text(rows.get(), "color", 2), nullptr);

  const auto input = same.input(second);
  const int64_t shape[] = {1, std::ssize(input)};
  reszoo_tensor* run = nullptr;
  ASSERT_EQ(reszoo_run(model.get(), input.data(), shape, 2, &run), RESZOO_OK) << reszoo_error();
  const OwnedTensor outputs(run, reszoo_free_tensor);
  const auto expected = same.outputs(input.data(), {1, shape[1]});
  ASSERT_EQ(reszoo_tensor_dimensions(run), 2);
  ASSERT_EQ(reszoo_tensor_shape(run)[1], std::ssize(expected));
  EXPECT_EQ(std::vector<float>(reszoo_tensor_data(run), reszoo_tensor_data(run) + expected.size()), expected);
}

TEST(RuntimeInterface, Describes) {
  const auto model = load();
  const auto card = nlohmann::json::parse(reszoo_describe(model.get()));
  EXPECT_EQ(card["reads"], "table");
  EXPECT_EQ(card["task"], "regression");
  EXPECT_EQ(card["target"], "price");
  EXPECT_EQ(card["columns"].size(), 9u);
  EXPECT_EQ(card["columns"][0]["name"], "carat");
}

TEST(RuntimeInterface, SaysWhatIsWrong) {
  const auto good = load();
  const auto rows = diamonds();
  reszoo_model* model = nullptr;
  reszoo_table* table = nullptr;
  expect_failure(reszoo_load("missing.safetensors", nullptr, &model), RESZOO_FILE, "missing.safetensors: ");
  expect_failure(reszoo_load(model_path(), R"({"fuse": true})", &model), RESZOO_USAGE,
                 R"(options: "fuse" is not known; known are precision, verify)");
  expect_failure(reszoo_load(model_path(), R"({"precision": "int8"})", &model), RESZOO_USAGE, "int8");
  const double one = 1;
  expect_failure(reszoo_table_add_numbers(rows.get(), "x", &one, 1), RESZOO_USAGE, "the table has it already");
  expect_failure(reszoo_table_add_numbers(rows.get(), "more", &one, 1), RESZOO_USAGE,
                 "column \"more\": has 1 rows, the others have 3");
  ASSERT_EQ(reszoo_table_new(&table), RESZOO_OK);
  const OwnedTable few(table, reszoo_free_table);
  ASSERT_EQ(reszoo_table_add_numbers(table, "carat", &one, 1), RESZOO_OK);
  expect_failure(reszoo_predict_table(good.get(), few.get(), nullptr, &table), RESZOO_INPUT, "cut");
  const uint8_t pixels[12] = {};
  reszoo_image image{.data = pixels, .size = 12, .height = 0, .width = 0, .row_stride = 0, .name = "a.png"};
  expect_failure(reszoo_predict_images(good.get(), &image, 1, nullptr, &table), RESZOO_USAGE,
                 "a.png: has no height and width; the runtime takes pixels");
  image.height = image.width = 2;
  expect_failure(reszoo_predict_images(good.get(), &image, 1, nullptr, &table), RESZOO_USAGE, "got an image");
}

}  // namespace
}  // namespace reszoo

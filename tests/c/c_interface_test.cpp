// The C interface, called as a C program calls it, beside the C++ library.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <thread>

#include "reszoo/c/reszoo.h"
#include "reszoo/data/encode.h"
#include "reszoo/data/table.h"
#include "reszoo/infer/predictor.h"
#include "support/support.h"

// As Arrow's specification of its C data interface declares them.
struct ArrowSchema {
  const char *format, *name, *metadata;
  int64_t flags, n_children;
  ArrowSchema **children, *dictionary;
  void (*release)(ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  int64_t length, null_count, offset, n_buffers, n_children;
  const void** buffers;
  ArrowArray **children, *dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};

namespace reszoo {
namespace {

using test::TempDir;

template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;
using OwnedModel = Owned<reszoo_model>;
using OwnedTable = Owned<reszoo_table>;
using OwnedTensor = Owned<reszoo_tensor>;

void expect_failure(reszoo_status status, reszoo_status expected, const std::string& message) {
  EXPECT_EQ(status, expected) << message;
  EXPECT_NE(std::string(reszoo_error()).find(message), std::string::npos) << reszoo_error();
}

OwnedModel load(const std::filesystem::path& path, const char* options = nullptr) {
  reszoo_model* model = nullptr;
  EXPECT_EQ(reszoo_load(path.c_str(), options, &model), RESZOO_OK) << reszoo_error();
  return {model, reszoo_free_model};
}

/// 200 houses, whose price is 1000 times their size, and half as much in the south.
OwnedTable houses(int64_t rows = 200, bool with_price = true) {
  reszoo_table* table = nullptr;
  EXPECT_EQ(reszoo_table_new(&table), RESZOO_OK);
  std::vector<double> sizes, prices;
  std::vector<const char*> sides;
  for (int64_t i = 0; i < rows; ++i) {
    sizes.push_back(20 + static_cast<double>(i * 37 % 100));
    sides.push_back(i % 3 == 0 ? "south" : "north");
    prices.push_back(sizes.back() * (i % 3 == 0 ? 500 : 1000));
  }
  EXPECT_EQ(reszoo_table_add_numbers(table, "size", sizes.data(), rows), RESZOO_OK);
  EXPECT_EQ(reszoo_table_add_texts(table, "side", sides.data(), rows), RESZOO_OK);
  if (with_price) EXPECT_EQ(reszoo_table_add_numbers(table, "price", prices.data(), rows), RESZOO_OK);
  return {table, reszoo_free_table};
}

/// A model of houses, trained once for all tests.
const std::filesystem::path& house_model() {
  static const TempDir folder;
  static const auto path = [] {
    reszoo_model* model = nullptr;
    const auto table = houses();
    EXPECT_EQ(reszoo_train_table(table.get(), R"({"target": "price", "epochs": 3})", nullptr, nullptr, &model),
              RESZOO_OK)
        << reszoo_error();
    const OwnedModel owned(model, reszoo_free_model);
    const auto file = folder / "houses.safetensors";
    EXPECT_EQ(reszoo_save(model, file.c_str()), RESZOO_OK) << reszoo_error();
    return file;
  }();
  return path;
}

Frame house_frame(int64_t rows) {
  const auto table = houses(rows, false);
  const TempDir folder;
  EXPECT_EQ(reszoo_table_write(table.get(), (folder / "houses.parquet").c_str()), RESZOO_OK) << reszoo_error();
  return read_table(folder / "houses.parquet");
}

TEST(CInterface, TrainsAndPredictsLikeTheLibrary) {
  const auto model = load(house_model(), R"({"precision": "float32"})");
  const auto rows = houses(7, false);
  reszoo_table* made = nullptr;
  ASSERT_EQ(reszoo_predict_table(model.get(), rows.get(), nullptr, &made), RESZOO_OK) << reszoo_error();
  const OwnedTable answers(made, reszoo_free_table);
  EXPECT_EQ(reszoo_table_rows(made), 7);
  EXPECT_STREQ(reszoo_table_name(made, 0), "prediction");
  EXPECT_EQ(reszoo_table_name(made, reszoo_table_columns(made)), nullptr);
  auto same = Model::load(house_model());
  same.fuse();
  const auto expected = same.predict(house_frame(7));
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(reszoo_table_numbers(made, "prediction")[i], expected[i].value) << i;
  EXPECT_STREQ(reszoo_table_note(made), "");
  EXPECT_NE(std::string(reszoo_describe(model.get())).find("\"target\":\"price\""), std::string::npos)
      << reszoo_describe(model.get());
}

TEST(CInterface, ContributionsOfColumns) {
  const auto model = load(house_model());
  const auto rows = houses(4, false);
  reszoo_table *made = nullptr, *predicted = nullptr;
  ASSERT_EQ(reszoo_explain_table(model.get(), rows.get(), R"({"rounds": 2, "seed": 3})", &made), RESZOO_OK)
      << reszoo_error();
  const OwnedTable why(made, reszoo_free_table);
  ASSERT_EQ(reszoo_predict_table(model.get(), rows.get(), nullptr, &predicted), RESZOO_OK) << reszoo_error();
  const OwnedTable answers(predicted, reszoo_free_table);
  ASSERT_EQ(reszoo_table_columns(made), 3);
  for (int64_t i = 0; i < 4; ++i) {
    const auto sum = reszoo_table_numbers(made, "base_value")[i] + reszoo_table_numbers(made, "contribution_size")[i] +
                     reszoo_table_numbers(made, "contribution_side")[i];
    EXPECT_NEAR(sum, reszoo_table_numbers(predicted, "prediction")[i], std::abs(sum) * 1e-6) << i;
  }
  const auto refused = [&](const char* options, const char* message, reszoo_status status = RESZOO_USAGE) {
    expect_failure(reszoo_explain_table(model.get(), rows.get(), options, &made), status, message);
  };
  refused(R"({"rounds": 0})", "options: \"rounds\" must be 1 or more, got 0");
  refused(R"({"output": "cost"})", "explain: no \"cost\" is predicted");
  refused(R"({"background": "missing.csv"})", "missing.csv", RESZOO_FILE);
}

TEST(CInterface, FeaturesAndPreparedInputs) {
  const auto model = load(house_model());
  const auto rows = houses(5, false);
  reszoo_tensor* made = nullptr;
  ASSERT_EQ(reszoo_features_table(model.get(), rows.get(), &made), RESZOO_OK) << reszoo_error();
  const OwnedTensor features(made, reszoo_free_tensor);
  auto same = Model::load(house_model());
  same.fuse();
  const auto input = same.input(house_frame(5)).contiguous();
  const auto expected = same.features(input);
  ASSERT_EQ(reszoo_tensor_dimensions(made), 2);
  EXPECT_EQ(at::IntArrayRef(reszoo_tensor_shape(made), 2), expected.sizes());
  EXPECT_TRUE(torch::equal(torch::from_blob(const_cast<float*>(reszoo_tensor_data(made)), expected.sizes()), expected));
  reszoo_tensor* run = nullptr;
  ASSERT_EQ(reszoo_run(model.get(), input.const_data_ptr<float>(), input.sizes().data(), 2, &run), RESZOO_OK);
  const OwnedTensor outputs(run, reszoo_free_tensor);
  const auto computed = same.outputs(input);
  EXPECT_TRUE(torch::equal(torch::from_blob(const_cast<float*>(reszoo_tensor_data(run)), computed.sizes()), computed));
}

TEST(CInterface, ClassesOfImages) {
  const auto net = create_model("cifar_resnet20", ImageOptions{.outputs = 3});
  Model saved{.name = "cifar_resnet20", .options = ImageOptions{.outputs = 3}, .networks = {net}};
  saved.image = ImagePreprocess{.resize = 32, .crop = 32};
  saved.target = Target::fit(Column::of_text("animal", {"cat", "dog", "owl"}));
  const TempDir folder;
  saved.save(folder / "animals.safetensors");
  const auto model = load(folder / "animals.safetensors");

  ImageBuffer pixels(40, 50, 3);
  for (size_t i = 0; i < pixels.bytes.size(); ++i) pixels.bytes[i] = static_cast<uint8_t>(i * 31 % 251);
  const auto file = encode_png(pixels);
  const reszoo_image images[] = {
      {.data = file.data(), .size = file.size(), .height = 0, .width = 0, .row_stride = 0, .name = "a.png"},
      {.data = pixels.bytes.data(), .size = 0, .height = 40, .width = 50, .row_stride = 150, .name = nullptr}};
  reszoo_table* made = nullptr;
  ASSERT_EQ(reszoo_predict_images(model.get(), images, 2, R"({"probabilities": true})", &made), RESZOO_OK)
      << reszoo_error();
  const OwnedTable answers(made, reszoo_free_table);
  auto same = Model::load(folder / "animals.safetensors");
  same.fuse();
  const auto expected = same.predict(ImageView{.data = pixels.bytes.data(), .height = 40, .width = 50});
  for (int64_t i = 0; i < 2; ++i) EXPECT_EQ(reszoo_table_text(made, "prediction", i), expected.label);
  EXPECT_EQ(reszoo_table_columns(made), 4);
  EXPECT_FLOAT_EQ(static_cast<float>(reszoo_table_numbers(made, reszoo_table_name(made, 1))[0]),
                  static_cast<float>(expected.probabilities[0]));
  reszoo_tensor* features = nullptr;
  ASSERT_EQ(reszoo_features_images(model.get(), images, 2, &features), RESZOO_OK) << reszoo_error();
  EXPECT_EQ(reszoo_tensor_shape(features)[1], 64);
  reszoo_free_tensor(features);

  const reszoo_image cut{.data = file.data(), .size = 30, .height = 0, .width = 0, .row_stride = 0, .name = "cut.png"};
  expect_failure(reszoo_predict_images(model.get(), &cut, 1, nullptr, &made), RESZOO_FILE, "cut.png");
  const reszoo_image narrow{.data = file.data(), .size = 0, .height = 2, .width = 5, .row_stride = 3, .name = nullptr};
  expect_failure(reszoo_predict_images(model.get(), &narrow, 1, nullptr, &made), RESZOO_USAGE,
                 "image 1: 2 x 5 pixels in rows of 3 bytes are no image");
}

TEST(CInterface, TablesByArrow) {
  const auto rows = houses(6);
  ArrowSchema schema{};
  ArrowArray batch{};
  ASSERT_EQ(reszoo_table_to_arrow(rows.get(), &schema, &batch), RESZOO_OK) << reszoo_error();
  EXPECT_EQ(batch.length, 6);
  EXPECT_EQ(schema.n_children, 3);
  reszoo_table* made = nullptr;
  ASSERT_EQ(reszoo_table_from_arrow(&schema, &batch, &made), RESZOO_OK) << reszoo_error();
  const OwnedTable back(made, reszoo_free_table);
  EXPECT_EQ(schema.release, nullptr);
  EXPECT_EQ(batch.release, nullptr);
  EXPECT_EQ(reszoo_table_rows(made), 6);
  EXPECT_EQ(reszoo_table_numbers(made, "price")[1], reszoo_table_numbers(rows.get(), "price")[1]);
  EXPECT_STREQ(reszoo_table_text(made, "side", 0), "south");
  EXPECT_EQ(reszoo_table_numbers(made, "side"), nullptr);
  EXPECT_EQ(reszoo_table_text(made, "side", 6), nullptr);
  expect_failure(reszoo_table_from_arrow(&schema, &batch, &made), RESZOO_INPUT, "Arrow table");
}

TEST(CInterface, ProgressAndStopping) {
  struct Calls {
    int count = 0;
    double validation = 0;
  } calls;
  const auto count = [](const reszoo_progress* now, void* context) {
    auto& seen = *static_cast<Calls*>(context);
    ++seen.count;
    if (!std::isnan(now->validation)) seen.validation = now->validation;
    return 0;
  };
  const auto table = houses();
  const TempDir folder;
  const auto options = fmt::format(R"({{"target": ["price"], "epochs": 2, "recipe": "paper", "folder": "{}"}})",
                                   (folder / "run").string());
  reszoo_model* model = nullptr;
  ASSERT_EQ(reszoo_train_table(table.get(), options.c_str(), count, &calls, &model), RESZOO_OK) << reszoo_error();
  reszoo_free_model(model);
  EXPECT_GE(calls.count, 4);
  EXPECT_GT(calls.validation, 0);
  load(folder / "run" / "model.safetensors");
  const auto stop = [](const reszoo_progress*, void*) { return 1; };
  model = nullptr;
  EXPECT_EQ(reszoo_train_table(table.get(), R"({"target": "price"})", stop, nullptr, &model), RESZOO_STOPPED);
  EXPECT_EQ(model, nullptr);
}

TEST(CInterface, SaysWhatIsWrong) {
  reszoo_model* model = nullptr;
  reszoo_table* table = nullptr;
  const auto rows = houses();
  const auto good = load(house_model());
  expect_failure(reszoo_load("missing.safetensors", nullptr, &model), RESZOO_FILE, "missing.safetensors: ");
  expect_failure(reszoo_load(nullptr, nullptr, &model), RESZOO_USAGE, "path: must not be NULL");
  expect_failure(reszoo_load("a.safetensors", nullptr, nullptr), RESZOO_USAGE, "model: must not be NULL");
  expect_failure(reszoo_load("a.safetensors", "[1]", &model), RESZOO_USAGE,
                 "options: a JSON object is expected, got [1]");
  expect_failure(reszoo_load("a.safetensors", R"({"precison": "int8"})", &model), RESZOO_USAGE,
                 R"(options: "precison" is not known; known are fuse, key, model, precision, verify)");
  expect_failure(reszoo_load("a.safetensors", R"({"fuse": "yes"})", &model), RESZOO_USAGE,
                 R"(options: "fuse" cannot be "yes")");
  EXPECT_EQ(model, nullptr);
  const double one = 1;
  expect_failure(reszoo_table_add_numbers(rows.get(), "size", &one, 1), RESZOO_USAGE,
                 "column \"size\": the table has it already");
  expect_failure(reszoo_table_add_numbers(rows.get(), "more", &one, 1), RESZOO_USAGE,
                 "column \"more\": has 1 rows, the others have 200");
  expect_failure(reszoo_table_add_numbers(rows.get(), "more", nullptr, 200), RESZOO_USAGE, "values: must not be NULL");
  expect_failure(reszoo_table_add_numbers(rows.get(), "more", &one, -1), RESZOO_USAGE, "rows: must be 0 or more");
  expect_failure(reszoo_table_read("missing.csv", &table), RESZOO_FILE, "missing.csv");
  reszoo_table* other = nullptr;
  ASSERT_EQ(reszoo_table_new(&other), RESZOO_OK);
  const OwnedTable owned(other, reszoo_free_table);
  ASSERT_EQ(reszoo_table_add_numbers(other, "size", &one, 1), RESZOO_OK);
  expect_failure(reszoo_predict_table(good.get(), other, nullptr, &table), RESZOO_INPUT, "side");
  const char* green = "green";
  ASSERT_EQ(reszoo_table_add_texts(other, "side", &green, 1), RESZOO_OK);
  ASSERT_EQ(reszoo_predict_table(good.get(), other, nullptr, &table), RESZOO_OK) << reszoo_error();
  EXPECT_NE(std::string(reszoo_table_note(table)).find("green"), std::string::npos);
  reszoo_free_table(table);
  const reszoo_image image{.data = &one, .size = 8, .height = 0, .width = 0, .row_stride = 0, .name = nullptr};
  expect_failure(reszoo_predict_images(good.get(), &image, 1, nullptr, &table), RESZOO_USAGE, "");
  expect_failure(reszoo_predict_images(good.get(), &image, 0, nullptr, &table), RESZOO_USAGE,
                 "count: must be 1 or more");
  expect_failure(reszoo_train_table(rows.get(), nullptr, nullptr, nullptr, &model), RESZOO_USAGE,
                 "options: \"target\" must name the column to predict");
  expect_failure(reszoo_train_table(rows.get(), R"({"target": "cost"})", nullptr, nullptr, &model), RESZOO_INPUT,
                 "cost");
  expect_failure(reszoo_set_threads(-1), RESZOO_USAGE, "threads: must be 0 or more, got -1");
  reszoo_free_model(nullptr);
  reszoo_free_table(nullptr);
  reszoo_free_tensor(nullptr);
}

TEST(CInterface, ManyThreadsShareAModelAndHaveTheirOwnErrors) {
  const auto model = load(house_model());
  const auto rows = houses(3, false);
  std::atomic<int> bad = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      const auto name = fmt::format("missing {}.safetensors", t);
      for (int i = 0; i < 20; ++i) {
        reszoo_table* answers = nullptr;
        if (reszoo_predict_table(model.get(), rows.get(), nullptr, &answers) != RESZOO_OK) ++bad;
        reszoo_free_table(answers);
        reszoo_model* none = nullptr;
        if (reszoo_load(name.c_str(), nullptr, &none) != RESZOO_FILE) ++bad;
        if (std::string(reszoo_error()).find(name) == std::string::npos) ++bad;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(bad, 0);
}

}  // namespace
}  // namespace reszoo

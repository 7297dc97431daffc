// Models for the runtime against the models that they were made from.
#include "reszoo/runtime/runtime_model.h"

#include <gtest/gtest.h>

#include <cstring>

#include "infer/small_model.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/export/runtime.h"
#include "reszoo/fusion/quantize.h"
#include "reszoo/weights/model_file.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Rows of a table with numbers, a date and categories, some of them missing.
std::vector<Row> table_rows() {
  std::vector<Row> rows;
  for (int i = 0; i < 60; ++i) {
    Row row{{"carat", 0.2 + 0.05 * i},
            {"cut", i % 3 == 0   ? "Ideal"
                    : i % 3 == 1 ? "Good"
                                 : "Fair"},
            {"sold", fmt::format("2024-{:02}-{:02}", 1 + i % 12, 1 + i % 28)},
            {"depth", i % 9 == 0 ? Value() : Value(60.0 + 0.1 * (i * 7 % 31))},
            {"price", 300.0 + 90.0 * i + 5.0 * (i % 7)}};
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Numbers of these rows that are not embedded where three are: parts of the date, and an indicator.
constexpr int64_t kPlainNumbers = 3;

/// A table model of a task, with a network of `options`.
Model table_model(const std::string& name, TabularOptions options, Task task, const Column& target) {
  const auto table = frame_of(table_rows());
  Model model{.name = name};
  model.table = TablePreprocess::fit(table, "price");
  model.target = Target::fit(target, task);
  options.outputs = model.target->outputs();
  options.numeric = model.table->numeric_count();
  options.cardinalities = model.table->cardinalities();
  model.options = options;
  model.networks = {create_model(name, model.options)};
  fill_module(*model.network());
  model.network()->eval();
  return model;
}

Column prices() { return frame_of(table_rows()).at("price"); }

std::vector<float> list_of(const Tensor& values) {
  const auto dense = values.contiguous();
  return {dense.const_data_ptr<float>(), dense.const_data_ptr<float>() + dense.numel()};
}

void expect_same_bits(const std::vector<float>& actual, const Tensor& expected, const std::string& what) {
  const auto wanted = list_of(expected);
  ASSERT_EQ(actual.size(), wanted.size()) << what;
  EXPECT_EQ(std::memcmp(actual.data(), wanted.data(), wanted.size() * sizeof(float)), 0) << what;
}

/// Compares the outputs of a model's fused networks with those of its file for the runtime.
void expect_same_outputs(Model& model, const Tensor& input, Precision precision) {
  const TempDir folder;
  const auto path = folder / "model.runtime.safetensors";
  export_runtime(model, path);
  const auto runtime = RuntimeModel::load(path, {.precision = precision, .threads = 2});
  model.fuse({.precision = precision});
  EXPECT_EQ(runtime.precision(), precision);
  for (const int64_t count : {int64_t{1}, input.size(0)}) {
    const auto part = input.narrow(0, 0, count).contiguous();
    expect_same_bits(runtime.outputs(part.const_data_ptr<float>(), part.sizes().vec()), model.outputs(part),
                     fmt::format("{} of {} in {}", count, model.name, text_of(precision)));
  }
}

class Runtime : public testing::Test {
  torch::NoGradGuard no_grad_;
};

}  // namespace

TEST_F(Runtime, ImagesHaveTheBitsOfFuse) {
  for (const auto* name : {"resnet18", "cifar_resnet20"}) {
    Model model{.name = name, .options = ImageOptions{.outputs = 5}};
    model.networks = {create_model(name, model.options)};
    fill_module(*model.network());
    const auto images = uniform("images", {10, 3, 64, 48}) - 0.5;
    expect_same_outputs(model, images, Precision::float32);
    expect_same_outputs(model, images, Precision::bfloat16);
    Calibration calibration(model.network());
    calibration.add(images);
    model.quantization = calibration.result();
    expect_same_outputs(model, images, Precision::int8);
  }
}

TEST_F(Runtime, AttentionGroupsAndOtherPartsHaveTheBitsOfFuse) {
  for (const auto* name : {"seresnet18", "ecaresnet26t", "resnetblur18", "resnext50_32x4d", "cifar_preact_resnet164"}) {
    Model model{.name = name, .options = ImageOptions{.outputs = 3}};
    model.networks = {create_model(name, model.options)};
    fill_module(*model.network());
    expect_same_outputs(model, uniform("images", {2, 3, 64, 64}) - 0.5, Precision::float32);
  }
}

TEST_F(Runtime, TableRowsHaveTheBitsOfFuse) {
  for (const auto* name : {"tabular_resnet", "tabular_mlp"}) {
    auto model = table_model(name, {.blocks = 2, .width = 24}, Task::regression, prices());
    expect_same_outputs(model, model.input(frame_of(table_rows())), Precision::float32);
  }
  // As `train` makes them: embedded numbers, four networks in one.
  auto model = table_model("tabular_mlp",
                           {.numeric_embedding = EmbeddingKind::piecewise_relu,
                            .numeric_width = 6,
                            .bins = Bins(3, {-2, -1, 0, 1, 2}),
                            .plain_numeric = kPlainNumbers,
                            .blocks = 2,
                            .width = 24,
                            .members = 4},
                           Task::regression, prices());
  expect_same_outputs(model, model.input(frame_of(table_rows())), Precision::float32);
}

TEST_F(Runtime, RowsAreReadAsByTheModel) {
  const TempDir folder;
  auto model = table_model("tabular_mlp", {.blocks = 1, .width = 16}, Task::regression, prices());
  export_runtime(model, folder / "m.safetensors");
  const auto runtime = RuntimeModel::load(folder / "m.safetensors");
  EXPECT_EQ(runtime.columns(), (std::vector<std::string>{"carat", "depth", "sold", "cut"}));
  model.fuse();
  auto rows = table_rows();
  rows[3]["cut"] = "Unheard of";
  rows[4]["carat"] = 1e9;
  rows[5]["sold"] = Value();
  rows[6]["depth"] = "61.5";
  rows[7]["cut"] = " Ideal ";
  rows[8]["carat"] = std::numeric_limits<double>::infinity();
  const auto answers = runtime.predict(rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    expect_same_bits(runtime.input(rows[i]), model.input(frame_of({rows[i]})), fmt::format("row {}", i));
    const auto wanted = model.predict(rows[i]);
    EXPECT_NEAR(answers[i].value, wanted.value, 1e-6 * std::abs(wanted.value) + 1e-6) << i;
    EXPECT_TRUE(answers[i].answered);
  }
}

TEST_F(Runtime, WrongRowsAreRefusedAsByTheModel) {
  const TempDir folder;
  auto model = table_model("tabular_mlp", {.blocks = 1, .width = 16}, Task::regression, prices());
  export_runtime(model, folder / "m.safetensors");
  const auto runtime = RuntimeModel::load(folder / "m.safetensors");
  const auto refusal = [&](const Row& row) {
    try {
      runtime.predict(row);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  auto row = table_rows().front();
  row["carat"] = "much";
  EXPECT_EQ(refusal(row), "column \"carat\": must hold numbers, got \"much\"");
  row = table_rows().front();
  row["sold"] = 3.5;
  EXPECT_EQ(refusal(row), "column \"sold\": must hold dates, as in training (ymd), got the number 3.5");
  row.erase("sold");
  row["sould"] = "2024-01-01";
  EXPECT_EQ(refusal(row), "table: no column \"sold\"; did you mean sould?");
  EXPECT_THROW(runtime.predict(ImageView{}), Error);
}

TEST_F(Runtime, AnswersOfEachTaskAreThoseOfTheModel) {
  std::vector<std::string> words, pairs;
  std::vector<double> counts;
  for (int i = 0; i < 60; ++i) {
    words.push_back(i % 4 == 0 ? "low" : i % 4 == 1 ? "middle" : i % 4 == 2 ? "high" : "huge");
    pairs.push_back(i % 2 == 0 ? "no" : "yes");
    counts.push_back(i % 5);
  }
  const std::vector<std::pair<Task, Column>> cases{{Task::multiclass, Column::of_text("size", words)},
                                                   {Task::binary, Column::of_text("sold", pairs)},
                                                   {Task::count, Column::of_numbers("events", counts)},
                                                   {Task::regression, prices()},
                                                   {Task::quantile, prices()}};
  for (const auto& [task, column] : cases) {
    SCOPED_TRACE(text_of(task));
    auto model = table_model("tabular_resnet", {.blocks = 1, .width = 16}, task, column);
    if (!model.target->is_number()) model.target->set_temperatures({1.7});
    if (task == Task::binary) model.target->set_thresholds({0.3});
    const TempDir folder;
    export_runtime(model, folder / "m.safetensors");
    const auto runtime = RuntimeModel::load(folder / "m.safetensors");
    EXPECT_EQ(runtime.task(), text_of(task));
    EXPECT_EQ(runtime.classes(), model.target->classes());
    model.fuse();
    for (const auto& row : table_rows()) {
      const auto answer = runtime.predict(row), wanted = model.predict(row);
      EXPECT_NEAR(answer.value, wanted.value, 1e-5 * std::abs(wanted.value));
      if (!model.target->is_number()) EXPECT_EQ(answer.label, wanted.label);
      ASSERT_EQ(answer.probabilities.size(), wanted.probabilities.size());
      for (size_t i = 0; i < wanted.probabilities.size(); ++i)
        EXPECT_NEAR(answer.probabilities[i], wanted.probabilities[i], 1e-5);
      ASSERT_EQ(answer.values.size(), wanted.values.size());
      EXPECT_EQ(answer.labels.size(), wanted.labels.size());
    }
  }
}

TEST_F(Runtime, ImagesArePreparedAsByTheModel) {
  const TempDir folder;
  auto model = small_model();
  model.image = ImagePreprocess{.resize = 40, .crop = 32, .mean = {0.5, 0.4, 0.3}, .std = {0.2, 0.25, 0.3}};
  export_runtime(model, folder / "m.safetensors");
  const auto runtime = RuntimeModel::load(folder / "m.safetensors");
  model.fuse();
  std::vector<uint8_t> bytes(50 * 70 * 4);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i * 7919 % 251);
  for (const int64_t channels : {1, 3, 4}) {
    const ImageView view{.data = bytes.data(), .height = 50, .width = 60, .channels = channels, .row_stride = 280};
    expect_same_bits(runtime.input(view), model.input(view), "input");
    const auto answer = runtime.predict(view), wanted = model.predict(view);
    EXPECT_EQ(answer.label, wanted.label);
    EXPECT_NEAR(answer.probabilities[0], wanted.probabilities[0], 1e-6);
  }
}

TEST_F(Runtime, NetworksOfAnEnsembleAreAveraged) {
  const TempDir folder;
  auto model = table_model("tabular_resnet", {.blocks = 1, .width = 16}, Task::regression, prices());
  auto second = create_model(model.name, model.options);
  for (const auto& parameter : second->parameters()) parameter.detach().fill_(0.01);
  second->eval();
  model.networks.push_back(second);
  for (const bool weighted : {false, true}) {
    if (weighted) model.members = {{model.name, model.options, 1.0}, {model.name, model.options, 3.0}};
    export_runtime(model, folder / "m.safetensors");
    const auto runtime = RuntimeModel::load(folder / "m.safetensors");
    const auto row = table_rows()[7];
    EXPECT_NEAR(runtime.predict(row).value, model.predict(row).value, 1e-4 * std::abs(model.predict(row).value));
  }
}

TEST_F(Runtime, DamageAndOtherFilesAreRefused) {
  const TempDir folder;
  const auto path = folder / "m.safetensors";
  auto model = small_model();
  model.save(path);
  EXPECT_THROW(RuntimeModel::load(path), Error);  // a model file, but not for the runtime
  export_runtime(model, path);
  EXPECT_THROW(RuntimeModel::load(path, {.precision = Precision::int8}), Error);
  EXPECT_THROW(Model::load(path), Error);
  auto bytes = read_file(path);
  EXPECT_EQ(RuntimeModel::from_memory(bytes.data(), bytes.size()).classes(), (std::vector<std::string>{"cat", "dog"}));
  bytes[bytes.size() / 2] ^= 1;
  EXPECT_THROW(RuntimeModel::from_memory(bytes.data(), bytes.size()), Error);
}

// A file with a valid digest may hold anything: it is read or refused, and no memory is read that is not its own (which
// the preset asan checks).
TEST_F(Runtime, ProgramsWithOddNumbersAreRefusedOrRun) {
  const TempDir folder;
  const auto path = folder / "m.safetensors";
  auto table = table_model("tabular_mlp",
                           {.numeric_embedding = EmbeddingKind::piecewise,
                            .numeric_width = 4,
                            .bins = Bins(3, {-1, 0, 1}),
                            .plain_numeric = kPlainNumbers,
                            .blocks = 1,
                            .width = 8,
                            .members = 2},
                           Task::regression, prices());
  const std::vector<nlohmann::json> odd{
      0, -1, 1, 2, 3, 17, 1 << 20, int64_t{1} << 62, -(int64_t{1} << 62), 0.5, "x", nlohmann::json::array(), true};
  constexpr size_t kOddNumbers = 9;  // the first ones
  int64_t refused = 0, run = 0;
  for (const bool image : {true, false}) {
    export_runtime(image ? small_model() : table, path);
    const auto file = read_model_file(path);
    const auto flat = file.card["programs"].flatten();
    uint64_t state = 1;
    for (int round = 0; round < 400; ++round) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      auto place = flat.begin();
      std::advance(place, static_cast<int64_t>((state >> 33) % flat.size()));
      auto card = file.card;
      try {
        const auto choices = place->is_number() ? kOddNumbers : odd.size();
        card["programs"][nlohmann::json::json_pointer(place.key())] = odd[(state >> 20) % choices];
        write_model_file(path, card, file.tensors);
        const auto model = RuntimeModel::load(path, {.threads = 1});
        const std::vector<float> input(3 * 32 * 32, 0.5F);
        const std::vector<int64_t> shape = image ? std::vector<int64_t>{1, 3, 32, 32}
                                                 : std::vector<int64_t>{1, table.input(frame_of(table_rows())).size(1)};
        model.outputs(input.data(), shape);
        ++run;
      } catch (const std::exception&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 300);
  EXPECT_GT(run, 20);  // numbers that fit, or do not matter
}

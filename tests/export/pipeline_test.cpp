// Files that hold a whole pipeline, compared with `predict`.
#include <gtest/gtest.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include <cmath>

#include "onnx_reader.h"
#include "reszoo/export/onnx.h"
#include "reszoo/export/torchscript.h"
#include "reszoo/infer/quantize_model.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Rows with numbers, dates and words, of which some are missing.
std::vector<Row> table_rows(int count) {
  const std::vector<std::string> colours{"red", "green", "3", "blue"};
  std::vector<Row> rows;
  for (int i = 0; i < count; ++i) {
    Row row{{"size", 10.5 + (i * 37 % 101) * 0.25},
            {"17", i % 5 == 0 ? 0.0 : i * 0.5},
            {"day", fmt::format("2024-{:02}-{:02} {:02}:30:00", 1 + i % 12, 1 + i % 28, i % 24)},
            {"colour", colours[static_cast<size_t>(i * i % 4)]},
            {"large", i % 3 == 0 ? "True" : "False"},
            {"price", 3.0 * i + i % 7},
            {"kind", i % 4 == 0   ? "a"
                     : i % 3 == 0 ? "b"
                                  : "c"},
            {"grade", static_cast<double>(i % 4)},
            {"yes", i % 2 == 0 ? "no" : "yes"}};
    if (i % 6 == 0) row["size"] = {};
    if (i % 7 == 0) row["colour"] = {};
    rows.push_back(row);
  }
  return rows;
}

Model table_model(const std::vector<std::string>& target, const TargetOptions& options, Scaling scaling,
                  const std::string& name = "tabular_resnet", int64_t members = 0) {
  const auto table = frame_of(table_rows(120));
  Model model{.name = name};
  model.table =
      TablePreprocess::fit(table, "price", {.scaling = scaling, .ignore = {"kind", "grade", "yes"}, .rare = 1});
  model.target = Target::fit(table, target, options);
  TabularOptions of_network{.outputs = model.target->outputs(), .numeric = model.table->numeric_count()};
  of_network.cardinalities = model.table->cardinalities();
  of_network.blocks = 1;
  of_network.width = 16;
  if (members > 0) of_network.members = members;
  model.options = of_network;
  model.networks = {create_model(model.name, model.options)};
  fill_module(*model.network());
  model.network()->eval();
  return model;
}

/// The inputs of a file for rows: as a program would give them.
std::map<std::string, at::Tensor> inputs_of(const OnnxFile& file, const Model& model, const std::vector<Row>& rows) {
  const auto table = model.table->read(frame_of(rows));
  std::map<std::string, at::Tensor> inputs;
  for (const auto& input : file.inputs) {
    const auto& column = table.at(input.name);
    if (column.kind == Column::Kind::number) {
      EXPECT_EQ(input.type, 11) << input.name;
      inputs[input.name] = column.numbers.unsqueeze(1);
      continue;
    }
    EXPECT_EQ(input.type, 8) << input.name;
    std::vector<std::string> words;
    for (int64_t i = 0; i < column.codes.numel(); ++i) {
      const auto code = column.codes[i].item<int64_t>();
      words.push_back(code < 0 ? "" : column.words[static_cast<size_t>(code)]);
    }
    inputs[input.name] = tensor_of(words).unsqueeze(1);
  }
  return inputs;
}

OnnxFile exported(const Model& model) {
  const TempDir folder;
  export_onnx(model, folder / "model.onnx");
  return read_onnx(folder / "model.onnx");
}

void expect_answers(const std::map<std::string, at::Tensor>& found, const std::vector<Prediction>& wanted,
                    double tolerance = 2e-6) {
  const auto rows = static_cast<int64_t>(wanted.size());
  for (int64_t i = 0; i < rows; ++i) {
    const auto& said = wanted[static_cast<size_t>(i)];
    if (!said.answered) continue;
    if (found.contains("label")) {
      EXPECT_EQ(texts_of(found.at("label")[i]), said.labels) << i;
      const auto chances = torch::tensor(said.probabilities, torch::kDouble);
      EXPECT_LE((found.at("probabilities")[i] - chances).abs().max().item<double>(), tolerance) << i;
      continue;
    }
    const auto values = torch::tensor(said.values, torch::kDouble);
    const auto each = found.contains("quantiles") ? found.at("quantiles")[i] : found.at("value")[i];
    const auto near = 1e-5 * (1 + values.abs().max().item<double>());
    EXPECT_LE((each.reshape({-1}) - values).abs().max().item<double>(), near) << i;
    if (found.contains("quantiles")) EXPECT_NEAR(found.at("value")[i].item<double>(), said.value, near) << i;
  }
}

/// Rows that training did not see: other words, numbers beyond the ends, infinite ones and missing values.
std::vector<Row> other_rows() {
  auto rows = table_rows(40);
  rows[1]["colour"] = "violet";
  rows[2]["colour"] = "3.0";
  rows[3]["large"] = "true";
  rows[4]["size"] = 1e9;
  rows[5]["size"] = -1e9;
  rows[6]["17"] = std::numeric_limits<double>::infinity();
  rows[7]["17"] = kNan;
  rows[8]["day"] = {};
  rows[9]["day"] = "1904-02-29";
  return rows;
}

void expect_same_as_predict(Model model) {
  const auto file = exported(model);
  expect_answers(file.run(inputs_of(file, model, other_rows())), model.predict(frame_of(other_rows())));
}

Model image_model(const ImagePreprocess& image) {
  Model model;
  model.name = "cifar_resnet20";
  model.options = ImageOptions{.outputs = 3, .channels = image.channels};
  model.networks = {create_model(model.name, model.options)};
  fill_module(*model.network());
  model.network()->eval();
  model.image = image;
  model.target = Target::fit(Column{"kind", Column::Kind::text, {}, torch::tensor({0, 1, 2}), {"a", "b", "c"}});
  return model;
}

/// Images that are smooth with some noise, uint8 (2, C, height, width).
at::Tensor image_bytes(int64_t channels, int64_t height, int64_t width) {
  const auto noise = uniform("noise", {2, channels, height, width});
  const auto ramp = torch::arange(width) / static_cast<double>(width) + torch::arange(height).unsqueeze(1) * 0.01;
  return (ramp.fmod(1) * 200 + noise * 50).clamp(0, 255).to(torch::kByte);
}

}  // namespace

TEST(Pipeline, RowsOfATableGiveWhatPredictGives) {
  for (const auto scaling : {Scaling::quantile, Scaling::standard, Scaling::robust, Scaling::smooth, Scaling::none}) {
    SCOPED_TRACE(text_of(scaling));
    expect_same_as_predict(table_model({"price"}, {}, scaling));
  }
}

TEST(Pipeline, EveryTaskHasItsAnswers) {
  const auto check = [](const std::vector<std::string>& target, const TargetOptions& options) {
    SCOPED_TRACE(target.front());
    auto model = table_model(target, options, Scaling::standard);
    expect_same_as_predict(model);
    if (model.target->is_number()) return;
    auto temperatures = model.target->temperatures();
    for (auto& temperature : temperatures) temperature = 1.7;
    model.target->set_temperatures(temperatures);
    expect_same_as_predict(model);
  };
  check({"price"}, {.task = Task::quantile, .quantiles = {.1, .4, .8}});
  check({"price"}, {.task = Task::quantile, .quantiles = {.6, .8}});
  check({"price"}, {.task = Task::quantile, .quantiles = {.1, .2}});
  check({"price"}, {.task = Task::count});
  check({"price", "grade"}, {.task = Task::regression});
  check({"yes"}, {});
  check({"kind"}, {});
  check({"grade"}, {.task = Task::ordinal});
  check({"yes", "large"}, {.task = Task::multilabel});
}

TEST(Pipeline, MembersAndEnsemblesAreAveraged) {
  for (const auto& target : {"kind", "price"}) {
    SCOPED_TRACE(target);
    auto model = table_model({target}, {}, Scaling::quantile, "tabular_mlp", 4);
    expect_same_as_predict(model);
    const auto other = table_model({target}, {}, Scaling::quantile, "tabular_resnet");
    auto twice = other;
    twice.networks.push_back(table_model({target}, {}, Scaling::quantile).network());
    twice.networks.back()->named_parameters()[0].value().data().mul_(-1);
    expect_same_as_predict(twice);
    model.networks.push_back(other.network());
    model.members = {{model.name, model.options, 3}, {other.name, other.options, 1}};
    expect_same_as_predict(model);
  }
}

TEST(Pipeline, ThresholdsDecideTheLabel) {
  auto model = table_model({"yes"}, {}, Scaling::standard);
  for (const double threshold : {0.0, 0.5, 1.0}) {
    model.target->set_thresholds({threshold});
    expect_same_as_predict(model);
  }
}

TEST(Pipeline, AnOutputDoesNotTakeTheNameOfAColumn) {
  auto rows = table_rows(40);
  for (size_t i = 0; i < rows.size(); ++i) rows[i]["value"] = static_cast<double>(i * i % 13);
  Model model{.name = "tabular_resnet"};
  model.table = TablePreprocess::fit(frame_of(rows), "price", {.ignore = {"kind", "grade", "yes"}});
  model.target = Target::fit(frame_of(rows).at("price"), Task::regression);
  model.options = TabularOptions{.outputs = 1, .numeric = model.table->numeric_count()};
  std::get<TabularOptions>(model.options).cardinalities = model.table->cardinalities();
  model.networks = {create_model(model.name, model.options)};
  const auto file = exported(model);
  EXPECT_EQ(file.outputs.at(0).name, "predicted_value");
}

TEST(Pipeline, ImagesAreResizedAsByPredict) {
  const std::vector<ImagePreprocess> all{
      {3, 40, 32, {0.5, 0.4, 0.3}, {0.2, 0.3, 0.4}},
      {3, 40, 32, {}, {}, "bicubic"},
      {3, 36, 32, {0.5, 0.4, 0.3}, {}, "lanczos"},
      {1, 20, 32, {0.3}, {0.4}},
      {3, 32, {}, {}, {}, "bilinear", /*squash=*/true},
      {3, 32, 32, {0.5, 0.4, 0.3}, {}, "bilinear", false, /*border=*/true},
      {3, 0, 24, {}, {}},
      {3, 0, {}, {}, {}},
  };
  const torch::NoGradGuard no_grad;
  const torch::jit::GraphOptimizerEnabledGuard unoptimised(false);  // which takes longer than a few runs
  for (const auto& image : all) {
    SCOPED_TRACE(image.to_json().dump());
    auto model = image_model(image);
    const TempDir folder;
    export_onnx(model, folder / "model.onnx");
    export_torchscript(model, folder / "model.pt");
    const auto file = read_onnx(folder / "model.onnx");
    auto script = torch::jit::load((folder / "model.pt").string());
    for (const auto& [height, width] : {std::pair<int64_t, int64_t>{48, 61}, {90, 33}, {24, 20}}) {
      const auto bytes = image_bytes(image.channels, height, width);
      const auto wanted = model.read(model.outputs(image(bytes)));
      // A byte whose sum is next to a half may round to its neighbour.
      expect_answers(file.run({{"images", bytes.permute({0, 2, 3, 1})}}), wanted, 5e-5);
      const auto found = script.forward({bytes}).toTensor();
      for (int64_t i = 0; i < 2; ++i)
        EXPECT_LE((found[i] - torch::tensor(wanted[static_cast<size_t>(i)].probabilities)).abs().max().item<double>(),
                  5e-5);
    }
    EXPECT_EQ(script.attr("classes").toList().size(), 3u);
  }
}

TEST(Pipeline, WhatIsNoneIsNamed) {
  const TempDir folder;
  auto model = image_model({3, 32, 32, {}, {}});
  model.target.reset();
  expect_error(ErrorKind::usage, "cifar_resnet20: does not know what its outputs mean",
               [&] { export_onnx(model, folder / "m.onnx"); });
  model.image.reset();
  expect_error(ErrorKind::usage, "cifar_resnet20: has no preprocessing",
               [&] { export_onnx(model, folder / "m.onnx"); });
  expect_error(ErrorKind::usage, "tabular_resnet: reads rows of a table",
               [&] { export_torchscript(table_model({"price"}, {}, Scaling::standard), folder / "m.pt"); });
}

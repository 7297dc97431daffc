// A run that takes one second: 50 rows, a residual block with batch norm and dropout.
#pragma once
#include <gtest/gtest.h>
#include <torch/nn.h>

#include <sstream>

#include "reszoo/base/atomic_file.h"
#include "reszoo/nn/tabular_block.h"
#include "reszoo/train/trainer.h"
#include "reszoo/weights/model_file.h"

namespace reszoo::test {

inline Chain small_net() {
  torch::manual_seed(11);
  return Chain(Steps{{"first", nn::Linear(4, 8)},
                     {"block", tabular_block(TabularBlockOptions{.width = 8, .hidden = 16, .dropout = 0.3})},
                     {"last", nn::Linear(8, 1)}});
}

inline Dataset small_data(int64_t rows = 50) {
  const auto x = torch::linspace(-2, 2, rows * 4).view({rows, 4}).sin();
  return {x, (x.sum(1) + x.select(1, 0).square()).unsqueeze(1)};
}

inline Tensor squared_error(const Tensor& outputs, const Tensor& targets) { return torch::mse_loss(outputs, targets); }

inline Evaluation by_rmse() {
  return {.metrics = [](const Tensor& outputs, const Tensor& targets) {
    return Metrics{{"rmse", rmse(outputs, targets)}, {"mae", mae(outputs, targets)}};
  }};
}

/// 50 rows in batches of 7. The eighth batch would have a single row and is dropped, so there are seven.
inline TrainerOptions small_options(const std::filesystem::path& out = {}) {
  return {.epochs = 4,
          .batch_size = 7,
          .optimizer = {.lr = 1e-2},
          .schedule = Schedule::parse("cosine:0.1"),
          .max_grad_norm = 1,
          .seed = 3,
          .out = out};
}

inline void expect_same(const StateDict& a, const StateDict& b) {
  ASSERT_EQ(a.keys(), b.keys());
  for (const auto& item : a) EXPECT_TRUE(torch::equal(item.value(), b[item.key()])) << item.key();
}

/// Returns a copy that training does not change.
inline StateDict snapshot(const nn::Module& module) {
  StateDict copy;
  for (const auto& item : state_of(module)) copy.insert(item.key(), item.value().detach().clone());
  return copy;
}

/// Expects equality up to rounding.
inline void expect_close(const StateDict& a, const StateDict& b, double tolerance = 1e-5) {
  ASSERT_EQ(a.keys(), b.keys());
  for (const auto& item : a)
    EXPECT_TRUE(torch::allclose(item.value(), b[item.key()], tolerance, tolerance)) << item.key();
}

/// Returns the log without times.
inline std::vector<nlohmann::ordered_json> log_of(const std::filesystem::path& folder) {
  std::vector<nlohmann::ordered_json> lines;
  std::istringstream stream(read_file(folder / "log.jsonl"));
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(nlohmann::ordered_json::parse(line));
    lines.back().erase("seconds");
    lines.back().erase("items_per_second");
  }
  return lines;
}

inline void expect_same_end(const std::filesystem::path& a, const std::filesystem::path& b) {
  expect_same(read_model_file(a / "checkpoint.safetensors").tensors,
              read_model_file(b / "checkpoint.safetensors").tensors);
  EXPECT_EQ(log_of(a), log_of(b));
}

/// Runs the small network without interruption; and again interrupted in its 2nd step and, once resumed, 9 steps later,
/// in folders inside `options.out`. Both must end with the same bits. Returns the result of the resumed run.
inline TrainResult expect_same_when_cut(const Loss& loss, const TrainerOptions& options) {
  const auto run = [&](const std::string& name, bool resume, int64_t stop) {
    auto part = options;
    part.out = options.out / name;
    part.resume = resume;
    int64_t steps = 0;
    TrainerHooks hooks;
    hooks.stop_requested = [&] { return ++steps == stop; };
    return Trainer(small_net(), loss, by_rmse(), part, hooks).fit(small_data(), small_data(20));
  };
  run("whole", false, 0);
  run("cut", false, 2);
  run("cut", true, 9);
  const auto result = run("cut", true, 0);
  expect_same_end(options.out / "whole", options.out / "cut");
  return result;
}

}  // namespace reszoo::test

#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>

#include <cmath>

#include "train/fast_pass.h"

namespace reszoo::detail {
namespace {

using Memory = FastForward::Memory;

enum Role : int64_t { sum, squares, own_mean };  // of the sums of a task

/// Leaves the sum and the squared deviations from the part's own mean: parts are
/// put together without the cancellation of a sum of squares.
void add_moments(const Memory& memory, const Tensor& stream, int64_t task) {
  const auto rows = memory.part(task, memory.width);
  auto* mean = memory.sums(task, own_mean);
  for (int64_t i = 0; i < rows.width; ++i) mean[i] = memory.sums(task, sum)[i] / static_cast<float>(rows.count);
  add_squared_deviations(data(stream, rows), mean, memory.sums(task, squares), rows);
}

/// The squared deviations from the mean of all rows.
/// Source: Chan, Golub and LeVeque 1979, equation (2.1).
double squares_of(const Memory& memory, double mean, int64_t column) {
  double total = 0;
  for (int64_t task = 0; task < memory.tasks; ++task) {
    const double between = static_cast<double>(memory.sums(task, own_mean)[column]) - mean;
    total += static_cast<double>(memory.sums(task, squares)[column]) +
             between * between * static_cast<double>(memory.part(task, 1).count);
  }
  return total;
}

void update(float& running, double value, double momentum) {
  running = static_cast<float>((1 - momentum) * static_cast<double>(running) + momentum * value);
}

/// Makes scale and shift of a norm from the moments that all parts left.
void finish_norm(const Memory& memory, NormTensors& to, nn::BatchNorm1dImpl* norm, const Pair& weights) {
  to.exists = norm != nullptr;
  if (!norm) {
    for (auto* tensor : {&to.mean, &to.shift}) tensor->zero_();
    for (auto* tensor : {&to.inverse, &to.scale}) tensor->fill_(1);
    return;
  }
  const auto rows = static_cast<double>(memory.rows);
  const auto sums = memory.total(sum, memory.width);
  const double momentum = *norm->options.momentum();
  for (int64_t i = 0; i < memory.width; ++i) {
    const double mean = sums[static_cast<size_t>(i)] / rows;
    const double deviations = squares_of(memory, mean, i);
    const double inverse = 1 / std::sqrt(deviations / rows + norm->options.eps());
    const double scale = static_cast<double>(read(weights.weight)[i]) * inverse;
    data(to.mean)[i] = static_cast<float>(mean);
    data(to.inverse)[i] = static_cast<float>(inverse);
    data(to.scale)[i] = static_cast<float>(scale);
    data(to.shift)[i] = static_cast<float>(static_cast<double>(read(weights.bias)[i]) - mean * scale);
    update(data(norm->running_mean)[i], mean, momentum);
    update(data(norm->running_var)[i], deviations / (rows - 1), momentum);
  }
  norm->num_batches_tracked.add_(1);
}

void project(const Memory& memory, const Pair& weights, const Tensor& x, int64_t task) {
  const auto rows = memory.part(task, memory.width);
  auto out = rows_of(memory.stream[0], rows);
  at::mm_out(out, rows_of(x, rows), weights.weight.t());
  add_bias(data(memory.stream[0], rows), read(weights.bias), memory.sums(task, sum), rows);
}

void block_forward(const Memory& memory, size_t i, const BlockTensors& weights, int64_t task) {
  const auto rows = memory.part(task, memory.width);
  const auto hidden = memory.part(task, weights.first.bias.size(0));
  const auto& norm = memory.norms[i];
  scale_shift(data(memory.stream[i], rows), read(norm.scale), read(norm.shift), /*relu=*/false,
              data(memory.normed[i], rows), rows);
  auto inner = rows_of(memory.activations[i], hidden);
  at::mm_out(inner, rows_of(memory.normed[i], rows), weights.first.weight.t());
  bias_relu_dropout(data(memory.activations[i], hidden), read(weights.first.bias), memory.dropout[i], hidden);
  auto out = rows_of(memory.stream[i + 1], rows);
  at::mm_out(out, inner, weights.second.weight.t());
  add_residual(data(memory.stream[i + 1], rows), data(memory.stream[i], rows), read(weights.second.bias),
               memory.residual_dropout[i], memory.sums(task, sum), rows);
}

}  // namespace

Tensor pass_forward(Memory& memory, const TabularPlan& plan, const TabularTensors& weights, const Tensor& x) {
  const auto blocks = plan.blocks.size();
  for (size_t i = 0; i <= blocks; ++i) {
    auto* norm = i < blocks ? plan.blocks[i].norm : plan.norm;
    memory.each_part([&](int64_t task) {
      if (i == 0)
        project(memory, weights.input, x, task);
      else
        block_forward(memory, i - 1, weights.blocks[i - 1], task);
      if (norm) add_moments(memory, memory.stream[i], task);
    });
    finish_norm(memory, memory.norms[i], norm, weights.norm_of(i));
  }
  auto outputs = at::empty({memory.rows, weights.output.bias.size(0)}, x.options());
  memory.each_part([&](int64_t task) {
    const auto rows = memory.part(task, memory.width);
    const auto& norm = memory.norms[blocks];
    scale_shift(data(memory.stream[blocks], rows), read(norm.scale), read(norm.shift), /*relu=*/true,
                data(memory.normed[blocks], rows), rows);
    auto out = rows_of(outputs, rows);
    at::addmm_out(out, weights.output.bias, rows_of(memory.normed[blocks], rows), weights.output.weight.t());
  });
  return outputs;
}

}  // namespace reszoo::detail

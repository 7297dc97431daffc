#include <cmath>

#include "train/tabular_fused.h"

namespace reszoo::detail {
namespace {

using Memory = FusedTraining::Memory;

// Per-task accumulators of a norm.
enum ForwardSum : int64_t { kSum, kSquares, kShardMean };

/// Stores the squared deviations from the task's own mean next to its sums. Tasks can then be merged without the
/// cancellation of a plain sum of squares.
void add_moments(const Memory& memory, const Tensor& stream, int64_t task) {
  const auto part = memory.part(task);
  std::vector<float> mean(static_cast<size_t>(memory.width));
  for (size_t i = 0; i < mean.size(); ++i) {
    mean[i] = static_cast<float>(memory.sums(task, kSum)[i] / static_cast<double>(part.count));
    memory.sums(task, kShardMean)[i] = static_cast<double>(mean[i]);
  }
  kernels::add_squared_deviations(data(stream, part), mean.data(), memory.sums(task, kSquares),
                                  part.rows(memory.width));
}

/// Returns the sum of squared deviations from the mean of all rows.
/// Source: Chan, Golub and LeVeque 1979, equation (2.1).
double squares_of(const Memory& memory, double mean, int64_t column) {
  double total = 0;
  for (int64_t task = 0; task < memory.tasks; ++task) {
    const double between = memory.sums(task, kShardMean)[column] - mean;
    total += memory.sums(task, kSquares)[column] + between * between * static_cast<double>(memory.part(task).count);
  }
  return total;
}

void update(float& running, double value, double momentum) {
  running = static_cast<float>((1 - momentum) * static_cast<double>(running) + momentum * value);
}

/// Computes scale and shift of a norm from the moments of all tasks.
void finish_batch_norm(const Memory& memory, const NormPass& to, nn::BatchNorm1dImpl& norm) {
  const auto rows = static_cast<double>(memory.rows);
  const auto sums = memory.total(kSum, memory.width);
  const double momentum = *norm.options.momentum();
  for (int64_t i = 0; i < memory.width; ++i) {
    const double mean = sums[static_cast<size_t>(i)] / rows;
    const double deviations = squares_of(memory, mean, i);
    const double inverse = 1 / std::sqrt(deviations / rows + norm.options.eps());
    const double scale = static_cast<double>(read(norm.weight)[i]) * inverse;
    data(to.mean)[i] = static_cast<float>(mean);
    data(to.inverse)[i] = static_cast<float>(inverse);
    data(to.scale)[i] = static_cast<float>(scale);
    data(to.shift)[i] = static_cast<float>(static_cast<double>(read(norm.bias)[i]) - mean * scale);
    update(data(norm.running_mean)[i], mean, momentum);
    update(data(norm.running_var)[i], deviations / (rows - 1), momentum);
  }
  norm.num_batches_tracked.add_(1);
}

void finish_norm(const Memory& memory, NormPass& to, nn::BatchNorm1dImpl* norm) {
  to.exists = norm != nullptr;
  if (norm) {
    finish_batch_norm(memory, to, *norm);
  } else {
    for (auto* tensor : {&to.mean, &to.shift}) tensor->zero_();
    for (auto* tensor : {&to.inverse, &to.scale}) tensor->fill_(1);
  }
}

/// Transposes the rows of a weight that belong to a task.
void turn(const Memory& memory, const Tensor& weight, const Tensor& turned, int64_t task) {
  const auto rows = weight.size(0);
  kernels::transpose(read(weight), rows, weight.size(1), rows * task / memory.tasks, rows * (task + 1) / memory.tasks,
                     data(turned));
}

void turn_weights(const Memory& memory, const TabularTensors& weights) {
  memory.each_part([](const Part&) {},
                   [&](int64_t task) {
                     turn(memory, weights.input.weight, memory.input_weight, task);
                     for (size_t i = 0; i < weights.blocks.size(); ++i) {
                       turn(memory, weights.blocks[i].first.weight, memory.first_weight[i], task);
                       turn(memory, weights.blocks[i].second.weight, memory.second_weight[i], task);
                     }
                   });
}

void project(const Memory& memory, const LinearTensors& layer, const Tensor& x, const Part& part) {
  const auto& out = memory.stream[0];
  product(x, memory.input_weight, out, part);
  kernels::add_bias(data(out, part), read(layer.bias), data(out, part), memory.sums(part.task, kSum),
                    part.rows(memory.width));
}

void norm_part(const Memory& memory, size_t i, bool relu, const Part& part) {
  const auto& norm = memory.norms[i];
  kernels::scale_shift(data(memory.stream[i], part), read(norm.scale), read(norm.shift), nullptr,
                       relu ? kernels::Activation::relu : kernels::Activation::none, data(memory.normed[i], part),
                       {part.count, memory.width});
}

void block_forward(const Memory& memory, size_t i, const BlockTensors& weights, const Part& part) {
  const auto &inner = memory.activations[i], &out = memory.stream[i + 1];
  norm_part(memory, i, /*relu=*/false, part);
  product(memory.normed[i], memory.first_weight[i], inner, part);
  kernels::relu_dropout(data(inner, part), read(weights.first.bias), memory.dropout[i], data(inner, part),
                        part.rows(memory.hidden[i]));
  product(inner, memory.second_weight[i], out, part);
  kernels::add_residual(data(out, part), read(weights.second.bias), data(memory.stream[i], part),
                        memory.residual_dropout[i], data(out, part), memory.sums(part.task, kSum),
                        part.rows(memory.width));
}

}  // namespace

Tensor pass_forward(Memory& memory, const TabularPlan& plan, const Tensor& x) {
  const auto& weights = plan.tensors;
  const auto blocks = plan.blocks.size();
  turn_weights(memory, weights);
  for (size_t i = 0; i <= blocks; ++i) {
    memory.each_part(
        [&](const Part& part) {
          if (i == 0) project(memory, weights.input, x, part);
          else block_forward(memory, i - 1, weights.blocks[i - 1], part);
        },
        [&](int64_t task) {
          if (plan.norms[i]) add_moments(memory, memory.stream[i], task);
        });
    finish_norm(memory, memory.norms[i], plan.norms[i]);
  }
  memory.each_part([&](const Part& part) { norm_part(memory, blocks, /*relu=*/true, part); });
  return memory.normed[blocks];
}

}  // namespace reszoo::detail

#include <ATen/ops/empty_like.h>

#include "train/tabular_fused.h"

namespace reszoo::detail {
namespace {

using Memory = FusedTraining::Memory;

// Per-task accumulators. `outer_bias` belongs to linear2 of a block or to the input projection.
enum BackwardSum : int64_t { norm_sum, norm_products, outer_bias, inner_bias };

/// State shared by the sections of a backward pass.
struct Backward {
  Memory& memory;
  const TabularTensors& weights;
  const TabularTensors& gradients;

  const Tensor& stream_gradient(size_t i) const { return memory.stream_gradient[i % 2]; }
  const Tensor& hidden_gradient(size_t i) const { return memory.hidden_gradient[i % 2]; }

  /// Returns the gradient of the second product's output in block `i`.
  const Tensor& branch_gradient(size_t i) const {
    return memory.residual_dropout[i].threshold == 0 ? stream_gradient(i + 1) : memory.branch_gradient[i % 2];
  }
};

/// out = a^T b over all rows; each task computes a share of the rows of out.
void weight_gradient(const Memory& memory, const Tensor& out, const Tensor& a, const Tensor& b, int64_t task) {
  if (!out.defined()) return;
  const auto rows = out.size(0), columns = out.size(1);
  const auto first = rows * task / memory.tasks, last = rows * (task + 1) / memory.tasks;
  kernels::multiply({read(a) + first, 1, rows}, read(b), data(out) + first * columns,
                    {last - first, columns, memory.rows});
}

void block_weight_gradients(const Backward& b, size_t i, int64_t task) {
  weight_gradient(b.memory, b.gradients.blocks[i].second.weight, b.branch_gradient(i), b.memory.activations[i], task);
  weight_gradient(b.memory, b.gradients.blocks[i].first.weight, b.hidden_gradient(i), b.memory.normed[i], task);
}

/// Computes the gradient of the stream that norm `i` reads, from the gradient of the norm's output and that of the skip
/// connection.
void stream_backward(const Backward& b, size_t i, const Part& part) {
  const auto& memory = b.memory;
  const bool last = i == b.weights.blocks.size();
  kernels::norm_backward(data(memory.normed_gradient, part), data(memory.stream[i], part),
                         {.mean = read(memory.norms[i].mean),
                          .gain = read(memory.gain),
                          .offset = read(memory.offset),
                          .slope = read(memory.slope)},
                         last ? nullptr : data(b.stream_gradient(i + 1), part), data(b.stream_gradient(i), part),
                         part.rows(memory.width));
}

void add_norm_sums(const Backward& b, size_t i, const Part& part) {
  const auto& memory = b.memory;
  if (!memory.norms[i].exists) return;
  kernels::add_products(data(memory.normed_gradient, part), data(memory.stream[i], part), read(memory.norms[i].mean),
                        memory.sums(part.task, norm_sum), memory.sums(part.task, norm_products),
                        part.rows(memory.width));
}

/// Propagates the gradient from the output of block `i` to the output of its second product.
void branch_backward(const Backward& b, size_t i, const Part& part) {
  const auto& memory = b.memory;
  const auto rows = part.rows(memory.width);
  const auto* gradient = data(b.stream_gradient(i + 1), part);
  auto* sums = memory.sums(part.task, outer_bias);
  const auto& mask = memory.residual_dropout[i];
  if (mask.threshold > 0) kernels::dropout_backward(gradient, mask, data(b.branch_gradient(i), part), sums, rows);
  else kernels::add_columns(gradient, sums, rows);
}

void block_backward(const Backward& b, size_t i, const Part& part) {
  const auto& memory = b.memory;
  const auto& weights = b.weights.blocks[i];
  branch_backward(b, i, part);
  product(b.branch_gradient(i), weights.second.weight, b.hidden_gradient(i), part);
  auto* inner = data(b.hidden_gradient(i), part);
  kernels::relu_backward(inner, data(memory.activations[i], part), memory.dropout[i].scale, inner,
                         memory.sums(part.task, inner_bias), part.rows(memory.hidden[i]));
  product(b.hidden_gradient(i), weights.first.weight, memory.normed_gradient, part);
  add_norm_sums(b, i, part);
}

void finish_sum(const Memory& memory, BackwardSum role, const Tensor& out) {
  if (!out.defined() || out.numel() == 0) return;
  const auto totals = memory.total(role, out.numel());
  for (size_t i = 0; i < totals.size(); ++i) data(out)[i] = static_cast<float>(totals[i]);
}

void put(const Tensor& out, size_t i, double value) {
  if (out.defined()) data(out)[i] = static_cast<float>(value);
}

/// Computes the gradients of a norm's parameters, and the factors of `norm_backward`.
void finish_norm(const Backward& b, size_t i) {
  auto& memory = b.memory;
  const auto& norm = memory.norms[i];
  const auto& gradients = b.gradients.norm_of(i);
  const auto sums = memory.total(norm_sum, memory.width), products = memory.total(norm_products, memory.width);
  const auto rows = static_cast<double>(memory.rows);
  for (size_t c = 0; c < sums.size(); ++c) {
    const double scale = read(norm.scale)[c], inverse = read(norm.inverse)[c];
    if (norm.exists) {
      put(gradients.weight, c, products[c] * inverse);
      put(gradients.bias, c, sums[c]);
    }
    const double of_statistics = norm.exists ? scale / rows : 0;
    data(memory.gain)[c] = static_cast<float>(scale);
    data(memory.offset)[c] = static_cast<float>(-of_statistics * sums[c]);
    data(memory.slope)[c] = static_cast<float>(-of_statistics * inverse * inverse * products[c]);
  }
}

/// Processes block `i` and, in the same parallel section, the weight gradients of the block after it, which need all
/// rows.
void block_section(const Backward& b, size_t i) {
  auto& memory = b.memory;
  memory.hidden_gradient[i % 2].resize_({memory.rows, memory.hidden[i]});
  memory.each_part(
      [&](const Part& part) {
        stream_backward(b, i + 1, part);
        block_backward(b, i, part);
      },
      [&](int64_t task) {
        if (i + 1 < b.weights.blocks.size()) block_weight_gradients(b, i + 1, task);
      });
  const auto& [norm, first, second] = b.gradients.blocks[i];
  finish_sum(memory, outer_bias, second.bias);
  finish_sum(memory, inner_bias, first.bias);
  finish_norm(b, i);
}

/// Computes the gradients of the input layer, and of x if `out` is defined.
void input_backward(const Backward& b, const Tensor& out, const Part& part) {
  const auto& memory = b.memory;
  kernels::add_columns(data(b.stream_gradient(0), part), memory.sums(part.task, outer_bias), part.rows(memory.width));
  if (out.defined()) product(b.stream_gradient(0), b.weights.input.weight, out, part);
}

}  // namespace

Tensor pass_backward(Memory& memory, const TabularTensors& weights, const Tensor& x, const Tensor& gradient,
                     const TabularTensors& gradients, bool wants_input) {
  const Backward b{memory, weights, gradients};
  const auto blocks = weights.blocks.size();
  memory.each_part([&](const Part& part) {
    kernels::relu_backward(data(gradient, part), data(memory.normed[blocks], part), 1,
                           data(memory.normed_gradient, part), memory.sums(part.task, outer_bias),
                           part.rows(memory.width));
    add_norm_sums(b, blocks, part);
  });
  finish_norm(b, blocks);
  for (size_t i = blocks; i-- > 0;) block_section(b, i);

  auto input_gradient = wants_input ? at::empty_like(x) : Tensor();
  memory.each_part(
      [&](const Part& part) {
        stream_backward(b, 0, part);
        input_backward(b, input_gradient, part);
      },
      [&](int64_t task) { block_weight_gradients(b, 0, task); });
  finish_sum(memory, outer_bias, gradients.input.bias);
  memory.each_part(
      [](const Part&) {},
      [&](int64_t task) { weight_gradient(memory, gradients.input.weight, b.stream_gradient(0), x, task); });
  return input_gradient;
}

}  // namespace reszoo::detail

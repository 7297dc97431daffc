#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sum.h>

#include "train/fast_pass.h"

namespace reszoo::detail {
namespace {

using Memory = FastForward::Memory;

enum Role : int64_t { gradient_sum, gradient_products, outer_bias, inner_bias };  // of the sums of a task

/// What the sections of a backward pass share.
struct Backward {
  Memory& memory;
  const TabularTensors& weights;
  const TabularTensors& gradients;

  const Tensor& stream_gradient(size_t i) const { return memory.stream_gradient[i % 2]; }
  const Tensor& hidden_gradient(size_t i) const { return memory.hidden_gradient[i % 2]; }

  /// The gradient behind the second product of block `i`: that of the stream
  /// behind it, through its residual dropout.
  const Tensor& branch_gradient(size_t i) const {
    return memory.residual_dropout[i].threshold == 0 ? stream_gradient(i + 1) : memory.branch_gradient[i % 2];
  }
};

/// out = a part of a^T b, the rows of which are shared out among the tasks.
void weight_gradient(const Memory& memory, const Tensor& out, const Tensor& a, const Tensor& b, int64_t task) {
  if (!out.defined()) return;
  const auto first = out.size(0) * task / memory.tasks, last = out.size(0) * (task + 1) / memory.tasks;
  if (first == last) return;
  auto slice = out.narrow(0, first, last - first);
  at::mm_out(slice, a.narrow(1, first, last - first).t(), b);
}

void block_weight_gradients(const Backward& b, size_t i, int64_t task) {
  weight_gradient(b.memory, b.gradients.blocks[i].second.weight, b.branch_gradient(i), b.memory.activations[i], task);
  weight_gradient(b.memory, b.gradients.blocks[i].first.weight, b.hidden_gradient(i), b.memory.normed[i], task);
}

/// The gradient of the stream that norm `i` reads, from that behind the norm and
/// from that which goes round the block.
void stream_backward(const Backward& b, size_t i, int64_t task) {
  const auto& memory = b.memory;
  const auto rows = memory.part(task, memory.width);
  const bool last = i == b.weights.blocks.size();
  norm_backward(data(memory.normed_gradient, rows), data(memory.stream[i], rows),
                {.mean = read(memory.norms[i].mean),
                 .gain = read(memory.gain),
                 .offset = read(memory.offset),
                 .slope = read(memory.slope)},
                last ? nullptr : data(b.stream_gradient(i + 1), rows), data(b.stream_gradient(i), rows), rows);
}

/// Leaves the sums that the gradient of norm `i` needs of all rows.
void add_norm_sums(const Memory& memory, size_t i, int64_t task) {
  if (!memory.norms[i].exists) return;
  const auto rows = memory.part(task, memory.width);
  add_products(data(memory.normed_gradient, rows), data(memory.stream[i], rows), read(memory.norms[i].mean),
               memory.sums(task, gradient_sum), memory.sums(task, gradient_products), rows);
}

void block_backward(const Backward& b, size_t i, int64_t task) {
  const auto& memory = b.memory;
  const auto& weights = b.weights.blocks[i];
  const auto rows = memory.part(task, memory.width);
  const auto hidden = memory.part(task, weights.first.bias.size(0));
  const auto& mask = memory.residual_dropout[i];
  if (mask.threshold == 0)
    add_columns(data(b.stream_gradient(i + 1), rows), memory.sums(task, outer_bias), rows);
  else
    dropout_backward(data(b.stream_gradient(i + 1), rows), mask, data(b.branch_gradient(i), rows),
                     memory.sums(task, outer_bias), rows);
  auto inner = rows_of(b.hidden_gradient(i), hidden);
  at::mm_out(inner, rows_of(b.branch_gradient(i), rows), weights.second.weight);
  gate(data(b.hidden_gradient(i), hidden), data(memory.activations[i], hidden), memory.dropout[i].scale,
       memory.sums(task, inner_bias), hidden);
  auto behind_norm = rows_of(memory.normed_gradient, rows);
  at::mm_out(behind_norm, inner, weights.first.weight);
  add_norm_sums(memory, i, task);
}

void head_backward(const Backward& b, const Tensor& output_gradient, int64_t task) {
  const auto& memory = b.memory;
  const auto last = b.weights.blocks.size();
  const auto rows = memory.part(task, memory.width);
  auto behind_norm = rows_of(memory.normed_gradient, rows);
  at::mm_out(behind_norm, rows_of(output_gradient, rows), b.weights.output.weight);
  gate(data(memory.normed_gradient, rows), data(memory.normed[last], rows), 1, memory.sums(task, outer_bias), rows);
  add_norm_sums(memory, last, task);
  weight_gradient(memory, b.gradients.output.weight.defined() ? b.gradients.output.weight.t() : Tensor(),
                  memory.normed[last], output_gradient, task);
}

void finish_bias(const Memory& memory, Role role, const Tensor& out) {
  if (!out.defined()) return;
  const auto totals = memory.total(role, out.size(0));
  for (size_t i = 0; i < totals.size(); ++i) data(out)[i] = static_cast<float>(totals[i]);
}

/// The gradients of a norm's parameters, and the factors of `norm_backward`.
void finish_norm(const Backward& b, size_t i) {
  auto& memory = b.memory;
  const auto& norm = memory.norms[i];
  if (!norm.exists) {
    memory.gain.fill_(1);
    for (auto* tensor : {&memory.offset, &memory.slope}) tensor->zero_();
    return;
  }
  const auto& gradients = b.gradients.norm_of(i);
  const auto sums = memory.total(gradient_sum, memory.width), products = memory.total(gradient_products, memory.width);
  const auto rows = static_cast<double>(memory.rows);
  for (size_t c = 0; c < sums.size(); ++c) {
    const auto inverse = static_cast<double>(read(norm.inverse)[c]);
    const double gain = static_cast<double>(read(norm.scale)[c]);
    if (gradients.weight.defined()) data(gradients.weight)[c] = static_cast<float>(products[c] * inverse);
    if (gradients.bias.defined()) data(gradients.bias)[c] = static_cast<float>(sums[c]);
    data(memory.gain)[c] = static_cast<float>(gain);
    data(memory.offset)[c] = static_cast<float>(-gain * sums[c] / rows);
    data(memory.slope)[c] = static_cast<float>(-gain * inverse * inverse * products[c] / rows);
  }
}

/// Block `i` and, while the threads are there, the weights of the block behind it,
/// whose gradients need all rows.
void block_section(const Backward& b, size_t i) {
  auto& memory = b.memory;
  memory.hidden_gradient[i % 2].resize_({memory.rows, b.weights.blocks[i].first.bias.size(0)});
  memory.each_part([&](int64_t task) {
    stream_backward(b, i + 1, task);
    block_backward(b, i, task);
    if (i + 1 < b.weights.blocks.size()) block_weight_gradients(b, i + 1, task);
  });
  finish_bias(memory, outer_bias, b.gradients.blocks[i].second.bias);
  finish_bias(memory, inner_bias, b.gradients.blocks[i].first.bias);
  finish_norm(b, i);
}

}  // namespace

Tensor pass_backward(Memory& memory, const TabularTensors& weights, const Tensor& x, const Tensor& output_gradient,
                     const TabularTensors& gradients, bool wants_input) {
  const Backward b{memory, weights, gradients};
  memory.each_part([&](int64_t task) { head_backward(b, output_gradient, task); });
  auto output_bias = gradients.output.bias;
  if (output_bias.defined()) at::sum_out(output_bias, output_gradient, 0);
  finish_norm(b, weights.blocks.size());
  for (size_t i = weights.blocks.size(); i-- > 0;) block_section(b, i);

  auto input_gradient = wants_input ? at::empty_like(x) : Tensor();
  memory.each_part([&](int64_t task) {
    const auto rows = memory.part(task, memory.width);
    stream_backward(b, 0, task);
    add_columns(data(b.stream_gradient(0), rows), memory.sums(task, outer_bias), rows);
    block_weight_gradients(b, 0, task);
    if (!wants_input) return;
    auto out = rows_of(input_gradient, rows);
    at::mm_out(out, rows_of(b.stream_gradient(0), rows), weights.input.weight);
  });
  finish_bias(memory, outer_bias, gradients.input.bias);
  memory.each_part(
      [&](int64_t task) { weight_gradient(memory, gradients.input.weight, b.stream_gradient(0), x, task); });
  return input_gradient;
}

}  // namespace reszoo::detail

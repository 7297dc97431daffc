#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

#include "kernels/gemm.h"
#include "kernels/member_weights.h"
#include "train/ensemble_fused.h"
#include "train/tabular_fused.h"

namespace reszoo::detail {
namespace {

/// Fewer output columns than this are dot products; a tile of a product would have few lanes.
constexpr int64_t kOutputsOfATile = 8;

/// The forward pass of one member.
struct MemberForward {
  EnsembleMemory& memory;
  const TabularPlan& plan;
  const MemberScratch& scratch;
  MemberOf member;

  const TabularTensors& weights() const { return plan.tensors; }
  double* sums() const { return scratch.sums[0]; }
  float* mean() const { return scratch.vectors[1]; }
  float* inverse(size_t i) const { return member.of(memory.inverse[i]); }

  kernels::Rows rows(int64_t first, int64_t count, int64_t width) const {
    return {.first = first, .count = count, .width = width, .member = member.index, .members = member.members};
  }

  void enter() const;
  void norm(size_t i) const;
  void use_statistics(size_t i) const;
  void block(size_t i) const;
  void head(const Tensor& out) const;
};

/// Computes the input layer.
void MemberForward::enter() const {
  const auto& layer = weights().input;
  const auto width = memory.width;
  const auto& input = memory.input;
  kernels::write_member_matrix({.weight = read(memory.input_layer.transposed),
                                .of_rows = member.read_of(layer.r),
                                .of_columns = member.read_of(layer.s),
                                .rows = memory.features,
                                .columns = width},
                               scratch.matrix);
  input.write_matrix(scratch.matrix, width, scratch.table);
  const auto* bias = member.read_of(layer.bias);
  for (int64_t row = 0; row < memory.rows; ++row) std::copy_n(bias, width, scratch.stream + row * width);
  kernels::add_selected_rows(input.selected(), scratch.table, scratch.stream, width);
  std::fill_n(sums(), width, 0.0);
  memory.each_rows([&](int64_t first, int64_t count) {
    auto* stream = scratch.stream + first * width;
    if (input.plain_count > 0)
      kernels::multiply({read(input.plain) + first * input.plain_count, input.plain_count, 1},
                        scratch.matrix + input.embedded() * width, stream, {count, width, input.plain_count, true});
    kernels::add_columns(stream, sums(), rows(first, count, width));
  });
}

/// Takes mean and inverse standard deviation from the running statistics of a norm.
void MemberForward::use_statistics(size_t i) const {
  const auto& norm = *plan.norms[i];
  const auto* variance = member.read_of(norm.running_var);
  std::copy_n(member.read_of(norm.running_mean), memory.width, mean());
  for (int64_t c = 0; c < memory.width; ++c)
    inverse(i)[c] = static_cast<float>(1 / std::sqrt(static_cast<double>(variance[c]) + norm.options.eps()));
}

/// Computes mean and inverse standard deviation of the stream, whose sums are known, and updates the running
/// statistics.
void MemberForward::norm(size_t i) const {
  const auto width = memory.width;
  if (!plan.norms[i]) {
    std::fill_n(mean(), width, 0.0f);
    std::fill_n(inverse(i), width, 1.0f);
    return;
  }
  if (!plan.training) return use_statistics(i);
  const auto count = static_cast<double>(memory.rows);
  for (int64_t c = 0; c < width; ++c) mean()[c] = static_cast<float>(sums()[c] / count);
  auto* squares = scratch.sums[1];
  std::fill_n(squares, width, 0.0);
  kernels::add_squared_deviations(scratch.stream, mean(), squares, rows(0, memory.rows, width));
  auto& norm = *plan.norms[i];
  auto *running_mean = member.of(norm.running_mean), *running_var = member.of(norm.running_var);
  const double momentum = *norm.options.momentum();
  const auto update = [&](float& running, double value) {
    running = static_cast<float>((1 - momentum) * static_cast<double>(running) + momentum * value);
  };
  for (int64_t c = 0; c < width; ++c) {
    const double deviations = squares[c];
    inverse(i)[c] = static_cast<float>(1 / std::sqrt(deviations / count + norm.options.eps()));
    update(running_mean[c], static_cast<double>(mean()[c]));
    update(running_var[c], deviations / (count - 1));
  }
}

void MemberForward::block(size_t i) const {
  const auto& tensors = weights().blocks[i];
  const auto width = memory.width, hidden = memory.hidden[i];
  const auto *r = member.read_of(tensors.first.r), *s = member.read_of(tensors.first.s);
  const auto *gain = member.read_of(tensors.norm.weight), *shift = member.read_of(tensors.norm.bias);
  const auto* transposed = read(memory.first[i].transposed);
  auto *of_rows = scratch.vectors[3], *entering = scratch.vectors[4], *bias = scratch.vectors[5];
  for (int64_t c = 0; c < width; ++c) {
    of_rows[c] = gain ? r[c] * gain[c] : r[c];
    entering[c] = shift ? r[c] * shift[c] : 0;
  }
  kernels::write_member_matrix({transposed, of_rows, s, width, hidden}, scratch.matrix);
  kernels::multiply({entering, width, 1}, transposed, bias, {1, hidden, width});
  for (int64_t o = 0; o < hidden; ++o) bias[o] = member.read_of(tensors.first.bias)[o] + s[o] * bias[o];
  kernels::write_member_matrix({read(memory.second[i].transposed), member.read_of(tensors.second.r),
                                member.read_of(tensors.second.s), hidden, width},
                               scratch.second_matrix);
  auto *normed = member.of(memory.normed[i]), *activations = member.of(memory.activations[i]);
  std::fill_n(sums(), width, 0.0);
  memory.each_rows([&](int64_t first, int64_t count) {
    auto *x = normed + first * width, *inner = activations + first * hidden, *stream = scratch.stream + first * width;
    kernels::normalize(stream, mean(), inverse(i), x, rows(first, count, width));
    kernels::multiply({x, width, 1}, scratch.matrix, inner, {count, hidden, width});
    kernels::relu_dropout(inner, bias, memory.dropout[i], inner, rows(first, count, hidden));
    kernels::multiply({inner, hidden, 1}, scratch.second_matrix, scratch.outer, {count, width, hidden});
    kernels::add_residual(scratch.outer, member.read_of(tensors.second.bias), stream, memory.residual_dropout[i],
                          stream, sums(), rows(first, count, width));
  });
}

/// Computes norm, ReLU and output layer.
void MemberForward::head(const Tensor& out) const {
  const auto width = memory.width, outputs = memory.outputs;
  const auto stride = memory.members * outputs;
  const auto *weight = member.read_of(weights().output.weight), *bias = member.read_of(weights().output.bias);
  const auto last = memory.normed.size() - 1;
  auto* normed = member.of(memory.normed[last]);
  const HeadNorm affine(weights().norm, member, width, scratch.vectors[3], scratch.vectors[4]);
  if (outputs < kOutputsOfATile) kernels::transpose(weight, width, outputs, 0, width, scratch.matrix);
  memory.each_rows([&](int64_t first, int64_t count) {
    auto* x = normed + first * width;
    auto* y = data(out) + first * stride + member.index * outputs;
    kernels::normalize(scratch.stream + first * width, mean(), inverse(last), x, rows(first, count, width));
    affine.activate(x, scratch.outer, count);
    if (outputs < kOutputsOfATile)
      return kernels::multiply_few_columns(scratch.outer, scratch.matrix, bias, y,
                                           {.rows = count, .columns = outputs, .depth = width, .stride = stride});
    for (int64_t row = 0; row < count; ++row) std::copy_n(bias, outputs, y + row * stride);
    kernels::multiply({scratch.outer, width, 1}, weight, y,
                      {.rows = count, .columns = outputs, .depth = width, .add = true, .stride = stride});
  });
}

void transpose_whole(const Tensor& weight, const Tensor& transposed) {
  kernels::transpose(read(weight), weight.size(0), weight.size(1), 0, weight.size(0), data(transposed));
}

}  // namespace

HeadNorm::HeadNorm(const NormTensors& norm, const MemberOf& member, int64_t columns, float* to_scale, float* to_shift)
    : width(columns), scale(to_scale), shift(to_shift) {
  const auto *weight = member.read_of(norm.weight), *bias = member.read_of(norm.bias);
  for (int64_t c = 0; c < width; ++c) {
    to_scale[c] = weight ? weight[c] : 1;
    to_shift[c] = bias ? bias[c] : 0;
  }
}

void HeadNorm::activate(const float* normed, float* out, int64_t rows) const {
  kernels::scale_shift(normed, scale, shift, nullptr, kernels::Activation::relu, out, {rows, width});
}

Tensor ensemble_forward(EnsembleMemory& memory, const TabularPlan& plan) {
  const auto& weights = plan.tensors;
  const auto blocks = plan.blocks.size();
  transpose_whole(weights.input.weight, memory.input_layer.transposed);
  for (size_t i = 0; i < blocks; ++i) {
    transpose_whole(weights.blocks[i].first.weight, memory.first[i].transposed);
    transpose_whole(weights.blocks[i].second.weight, memory.second[i].transposed);
  }
  auto out = at::empty({memory.rows, memory.members, memory.outputs}, at::kFloat);
  memory.each_member([&](int64_t index, const MemberScratch& scratch) {
    const MemberForward pass{memory, plan, scratch, {index, memory.members}};
    pass.enter();
    for (size_t i = 0; i < blocks; ++i) {
      pass.norm(i);
      pass.block(i);
    }
    pass.norm(blocks);
    pass.head(out);
  });
  for (auto* norm : plan.norms)
    if (norm && plan.training) norm->num_batches_tracked.add_(1);
  return out;
}

}  // namespace reszoo::detail

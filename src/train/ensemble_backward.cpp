#include <algorithm>

#include "kernels/gemm.h"
#include "kernels/member_weights.h"
#include "train/ensemble_fused.h"
#include "train/tabular_fused.h"

namespace reszoo::detail {
namespace {

/// The backward pass of one member. The gradient of the stream is in `scratch.stream`.
struct MemberBackward {
  EnsembleMemory& memory;
  const TabularTensors& weights;
  const TabularTensors& gradients;
  const MemberScratch& scratch;
  MemberOf member;

  kernels::Rows rows(int64_t first, int64_t count, int64_t width) const {
    return {.first = first, .count = count, .width = width, .member = member.index, .members = member.members};
  }

  /// The sums of the gradient of a norm's output, and of its products with the normalized values.
  double* norm_sum() const { return scratch.sums[0]; }
  double* norm_product() const { return scratch.sums[1]; }

  /// The sums of the gradients of both biases of a block.
  double* first_bias_sum() const { return scratch.sums[2]; }
  double* second_bias_sum() const { return scratch.sums[3]; }

  /// Returns the member's part of a gradient; the scratch vector if it is not wanted.
  float* gradient_of(const Tensor& gradient, size_t vector) const {
    auto* part = member.of(gradient);
    return part ? part : scratch.vectors[vector];
  }

  void norm(size_t i, const float* gradient, const float* gain, const float* residual) const;
  void head(const Tensor& gradient) const;
  void branch(size_t i) const;
  void block(size_t i) const;
  void input(bool wants_input) const;
};

/// Writes sums as the gradient of a parameter, unless it is not wanted.
void put_sums(const double* sums, int64_t count, float* gradient) {
  if (gradient) std::transform(sums, sums + count, gradient, [](double sum) { return static_cast<float>(sum); });
}

/// Computes the gradient of the stream from `gradient`, that of a norm's output or, if `gain` is nullptr, that of the
/// normalized values. Their sums over the rows and those of their products with the normalized values are known.
void MemberBackward::norm(size_t i, const float* gradient, const float* gain, const float* residual) const {
  auto *zero = scratch.vectors[4], *factor = scratch.vectors[5], *offset = scratch.vectors[6],
       *slope = scratch.vectors[7];
  const auto* inverse = member.read_of(memory.inverse[i]);
  const auto *sum = norm_sum(), *product = norm_product();
  const bool exists = weights.norm_of(i).weight.numel() > 0;
  const auto count = static_cast<double>(memory.rows);
  for (int64_t c = 0; c < memory.width; ++c) {
    const double scale = static_cast<double>(inverse[c]) * static_cast<double>(gain ? gain[c] : 1);
    zero[c] = 0;
    factor[c] = static_cast<float>(scale);
    offset[c] = exists ? static_cast<float>(-scale * sum[c] / count) : 0;
    slope[c] = exists ? static_cast<float>(-scale * product[c] / count) : 0;
  }
  kernels::norm_backward(gradient, member.read_of(memory.normed[i]),
                         {.mean = zero, .gain = factor, .offset = offset, .slope = slope}, residual, scratch.stream,
                         rows(0, memory.rows, memory.width));
}

/// Computes the gradient of the last block's output, and those of the head.
void MemberBackward::head(const Tensor& gradient) const {
  const auto width = memory.width, outputs = memory.outputs, stride = memory.members * outputs;
  const auto last = memory.normed.size() - 1;
  const auto* g = read(gradient) + member.index * outputs;
  const auto* normed = member.read_of(memory.normed[last]);
  const HeadNorm affine(weights.norm, member, width, scratch.vectors[4], scratch.vectors[5]);
  auto* unused = scratch.sums[2];
  auto *zero = scratch.vectors[1], *of_weight = scratch.second_matrix;
  for (auto* sum : {norm_sum(), norm_product(), unused}) std::fill_n(sum, width, 0.0);
  std::fill_n(zero, width, 0.0f);
  kernels::transpose(member.read_of(weights.output.weight), width, outputs, 0, width, scratch.matrix);
  memory.each_rows([&](int64_t first, int64_t count) {
    const auto part = rows(first, count, width);
    const auto *of_rows = g + first * stride, *x = normed + first * width;
    auto* stream = scratch.stream + first * width;
    affine.activate(x, scratch.outer, count);
    kernels::multiply({of_rows, 1, stride}, scratch.outer, of_weight, {outputs, width, count, first > 0});
    kernels::multiply({of_rows, stride, 1}, scratch.matrix, stream, {count, width, outputs});
    kernels::relu_backward(stream, scratch.outer, 1, stream, unused, part);
    kernels::add_products(stream, x, zero, norm_sum(), norm_product(), part);
  });
  if (auto* to = member.of(gradients.output.weight)) kernels::transpose(of_weight, outputs, width, 0, outputs, to);
  if (auto* to = member.of(gradients.output.bias)) {
    std::fill_n(to, outputs, 0.0f);
    for (int64_t row = 0; row < memory.rows; ++row)
      for (int64_t i = 0; i < outputs; ++i) to[i] += g[row * stride + i];
  }
  put_sums(norm_sum(), width, member.of(gradients.norm.bias));
  put_sums(norm_product(), width, member.of(gradients.norm.weight));
  if (const auto* gain = member.read_of(weights.norm.weight)) norm(last, scratch.stream, gain, nullptr);
}

/// Computes the gradient of the normalized values, and those of both matrices and biases of the block.
void MemberBackward::branch(size_t i) const {
  const auto width = memory.width, hidden = memory.hidden[i];
  const auto *normed = member.read_of(memory.normed[i]), *activations = member.read_of(memory.activations[i]);
  auto *of_first = member.of(memory.first[i].gradients), *of_second = member.of(memory.second[i].gradients);
  const auto &dropout = memory.dropout[i], &residual_dropout = memory.residual_dropout[i];
  auto *of_first_bias = first_bias_sum(), *of_second_bias = second_bias_sum();
  std::fill_n(of_first_bias, hidden, 0.0);
  for (auto* sum : {of_second_bias, norm_sum(), norm_product()}) std::fill_n(sum, width, 0.0);
  auto* zero = scratch.vectors[4];
  std::fill_n(zero, width, 0.0f);
  memory.each_rows([&](int64_t first, int64_t count) {
    const float* g = scratch.stream + first * width;
    const auto *active = activations + first * hidden, *x = normed + first * width;
    auto *inner = scratch.inner, *entering = scratch.entering + first * width;
    if (residual_dropout.threshold > 0) {
      kernels::dropout_backward(g, residual_dropout, scratch.outer, of_second_bias, rows(first, count, width));
      g = scratch.outer;
    } else {
      kernels::add_columns(g, of_second_bias, rows(first, count, width));
    }
    kernels::multiply({g, 1, width}, active, of_second, {width, hidden, count, first > 0});
    kernels::multiply({g, width, 1}, scratch.second_matrix, inner, {count, hidden, width});
    kernels::relu_backward(inner, active, dropout.scale, inner, of_first_bias, rows(first, count, hidden));
    kernels::multiply({inner, 1, hidden}, x, of_first, {hidden, width, count, first > 0});
    kernels::multiply({inner, hidden, 1}, scratch.matrix, entering, {count, width, hidden});
    kernels::add_products(entering, x, zero, norm_sum(), norm_product(), rows(first, count, width));
  });
}

/// Propagates the gradient of the stream from the output to the input of a block.
void MemberBackward::block(size_t i) const {
  const auto& tensors = weights.blocks[i];
  const auto& of = gradients.blocks[i];
  const auto width = memory.width, hidden = memory.hidden[i];
  const auto *gain = member.read_of(tensors.norm.weight), *r = member.read_of(tensors.first.r);
  const kernels::MemberMatrix first{read(tensors.first.weight), member.read_of(tensors.first.s), r, hidden, width};
  const kernels::MemberMatrix second{read(tensors.second.weight), member.read_of(tensors.second.s),
                                     member.read_of(tensors.second.r), width, hidden};
  auto* columns = scratch.vectors[5];
  for (int64_t c = 0; c < width; ++c) columns[c] = gain ? r[c] * gain[c] : r[c];
  kernels::write_member_matrix({first.weight, first.of_rows, columns, hidden, width}, scratch.matrix);
  kernels::write_member_matrix(second, scratch.second_matrix);
  auto* of_first_bias = gradient_of(of.first.bias, 0);
  branch(i);
  put_sums(first_bias_sum(), hidden, of_first_bias);
  put_sums(second_bias_sum(), width, member.of(of.second.bias));
  kernels::split_member_gradient(second, nullptr, member.of(memory.second[i].gradients),
                                 {.of_rows = gradient_of(of.second.s, 1),
                                  .of_columns = gradient_of(of.second.r, 4),
                                  .gain = nullptr,
                                  .shift = nullptr});
  const kernels::MatrixNorm affine{gain, member.read_of(tensors.norm.bias), of_first_bias};
  kernels::split_member_gradient(first, gain ? &affine : nullptr, member.of(memory.first[i].gradients),
                                 {.of_rows = gradient_of(of.first.s, 1),
                                  .of_columns = gradient_of(of.first.r, 4),
                                  .gain = gradient_of(of.norm.weight, 5),
                                  .shift = gradient_of(of.norm.bias, 6)});
  norm(i, scratch.entering, nullptr, scratch.stream);
}

/// Computes the gradients of the input layer.
void MemberBackward::input(bool wants_input) const {
  const auto width = memory.width, features = memory.features;
  const auto& layer = weights.input;
  const auto& in = memory.input;
  if (auto* to = member.of(gradients.input.bias)) {
    std::fill_n(scratch.sums[0], width, 0.0);
    kernels::add_columns(scratch.stream, scratch.sums[0], rows(0, memory.rows, width));
    put_sums(scratch.sums[0], width, to);
  }
  auto* of_layer = member.of(memory.input_layer.gradients);
  kernels::selected_rows_backward(in.selected(), scratch.stream, scratch.table, width);
  in.matrix_backward(scratch.table, width, of_layer);
  if (in.plain_count > 0)
    kernels::multiply({read(in.plain), 1, in.plain_count}, scratch.stream, of_layer + in.embedded() * width,
                      {in.plain_count, width, memory.rows});
  auto* matrix = wants_input ? member.of(memory.entry_matrices) : scratch.matrix;
  if (wants_input || in.numbers > 0)
    kernels::write_member_matrix(
        {read(layer.weight), member.read_of(layer.s), member.read_of(layer.r), width, features}, matrix);
  if (in.numbers > 0) in.knots_backward(scratch.table, matrix, width, member.of(in.knot_gradients));
  if (wants_input) std::copy_n(scratch.stream, memory.rows * width, member.of(memory.entry_gradient));
  kernels::split_member_gradient(
      {read(memory.input_layer.transposed), member.read_of(layer.r), member.read_of(layer.s), features, width}, nullptr,
      of_layer,
      {.of_rows = gradient_of(gradients.input.r, 0),
       .of_columns = gradient_of(gradients.input.s, 1),
       .gain = nullptr,
       .shift = nullptr});
}

}  // namespace

Tensor ensemble_backward(EnsembleMemory& memory, const TabularTensors& weights, const Tensor& gradient,
                         const TabularTensors& gradients, bool wants_input) {
  auto& input = memory.input;
  if (input.numbers > 0) fit_tensor(input.knot_gradients, {memory.members, input.knot_count(), input.embedded_width});
  if (wants_input) {
    fit_tensor(memory.entry_gradient, {memory.members, memory.rows, memory.width});
    fit_tensor(memory.entry_matrices, {memory.members, memory.width, memory.features});
  }
  memory.each_member([&](int64_t index, const MemberScratch& scratch) {
    const MemberBackward pass{memory, weights, gradients, scratch, {index, memory.members}};
    pass.head(gradient);
    for (size_t i = weights.blocks.size(); i-- > 0;) pass.block(i);
    pass.input(wants_input);
  });
  add_members(memory, gradients);
  return wants_input ? features_backward(memory) : Tensor();
}

}  // namespace reszoo::detail

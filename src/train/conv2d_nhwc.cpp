#include "conv2d_nhwc.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <variant>

#include "kernels/conv.h"
#include "kernels/conv_weight_gradient.h"
#include "kernels/conv_winograd_gradient.h"
#include "kernels/parallel_ranges.h"
#include "reszoo/base/error.h"
#include "reszoo/base/parallel.h"
#include "train/channels_last.h"
#include "train/stored_values.h"

namespace reszoo::detail {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// A convolution with stride and padding that are the same in both directions.
struct Conv {
  int64_t stride, padding;

  kernels::ConvShape shape(const Tensor& x, const Tensor& weight) const {
    kernels::ConvShape s{.images = x.size(0),
                         .rows = x.size(2),
                         .columns = x.size(3),
                         .channels = x.size(1),
                         .rows_out = 0,
                         .columns_out = 0,
                         .outputs = weight.size(0),
                         .kernel_rows = weight.size(2),
                         .kernel_columns = weight.size(3),
                         .stride_rows = stride,
                         .stride_columns = stride,
                         .padding_rows = padding,
                         .padding_columns = padding};
    s.rows_out = (s.rows + 2 * padding - s.kernel_rows) / stride + 1;
    s.columns_out = (s.columns + 2 * padding - s.kernel_columns) / stride + 1;
    return s;
  }
};

/// Convolves channels-last images by the kernels of inference.
Tensor convolve(const kernels::ConvShape& shape, const Tensor& x, const kernels::WeightView& weights,
                StepMemory& memory) {
  const auto threads = at::get_num_threads();
  const auto algorithm = kernels::conv_algorithms(shape, /*winograd=*/true).front();
  const auto packed = memory.empty({kernels::packed_size(shape, algorithm)});
  const auto scratch = memory.empty({kernels::conv_scratch(shape, algorithm, threads)});
  const auto zeros = at::zeros({shape.channels}, at::kFloat);
  const auto y = memory.empty({shape.images, shape.outputs, shape.rows_out, shape.columns_out});
  kernels::pack_weights(weights, shape, algorithm, threads, packed.mutable_data_ptr<float>());
  kernels::conv(shape, algorithm,
                {x.const_data_ptr<float>(), packed.const_data_ptr<float>(), zeros.const_data_ptr<float>(),
                 y.mutable_data_ptr<float>(), scratch.mutable_data_ptr<float>()},
                {}, threads);
  return y;
}

kernels::WeightView view_of(const Tensor& weight) {
  return {weight.const_data_ptr<float>(), weight.stride(0), weight.stride(1), weight.stride(2), weight.stride(3)};
}

/// The weights with which gradients are convolved: outputs are channels, and the kernel is rotated by a half turn.
kernels::WeightView turned_view_of(const Tensor& weight) {
  const auto row = weight.stride(2), column = weight.stride(3);
  return {weight.const_data_ptr<float>() + (weight.size(2) - 1) * row + (weight.size(3) - 1) * column, weight.stride(1),
          weight.stride(0), -row, -column};
}

/// The gradients of x and of the weights by LibTorch.
std::tuple<Tensor, Tensor, Tensor> plain_gradients(const Tensor& x, const Tensor& g, const Tensor& weight,
                                                   const Conv& conv, std::array<bool, 3> wanted) {
  return at::convolution_backward(g, x, weight, std::nullopt, {conv.stride, conv.stride}, {conv.padding, conv.padding},
                                  {1, 1}, false, {0, 0}, 1, wanted);
}

/// Images are distributed among threads, each with its own sums.
Tensor direct_weight_gradient(const kernels::ConvShape& shape, const Tensor& x, const Tensor& g) {
  const auto images = shape.images, tasks = std::min<int64_t>(at::get_num_threads(), images);
  auto sums = at::zeros({tasks, shape.outputs, shape.kernel_rows, shape.kernel_columns, shape.channels}, at::kFloat);
  const auto x_size = x.numel() / images, g_size = g.numel() / images, size = sums.numel() / tasks;
  parallel(tasks, [&, from = x.const_data_ptr<float>(), wanted = g.const_data_ptr<float>(),
                   to = sums.mutable_data_ptr<float>()](int64_t task) {
    const auto range = kernels::part_of(images, task, tasks);
    auto part = shape;
    part.images = range.size();
    kernels::add_weight_gradient(from + range.first * x_size, wanted + range.first * g_size, part, to + task * size);
  });
  return tasks == 1 ? sums[0] : sums.sum(0);
}

Tensor winograd_weight_gradient(const kernels::ConvShape& shape, const Tensor& x, const Tensor& g, StepMemory& memory) {
  const auto threads = at::get_num_threads();
  const auto gradient = at::empty({shape.outputs, shape.kernel_rows, shape.kernel_columns, shape.channels}, at::kFloat);
  const auto scratch = memory.empty({kernels::winograd_gradient_scratch(shape, threads)});
  kernels::winograd_weight_gradient(x.const_data_ptr<float>(), g.const_data_ptr<float>(), shape,
                                    gradient.mutable_data_ptr<float>(), scratch.mutable_data_ptr<float>(), threads);
  return gradient;
}

/// Returns the gradient of the weights, which is channels-last.
Tensor weight_gradient(const Tensor& x, const Tensor& g, const Tensor& weight, const Conv& conv, StepMemory& memory) {
  const auto shape = conv.shape(x, weight);
  if (kernels::winograd_gradient_pays(shape))
    return winograd_weight_gradient(shape, x, g, memory).permute({0, 3, 1, 2});
  if (shape.channels % kernels::kGradientChannels == 0)
    return direct_weight_gradient(shape, x, g).permute({0, 3, 1, 2});
  return std::get<1>(plain_gradients(x, g, weight, conv, {false, true, false}));
}

/// Returns the gradient of x. With stride 1 it is a convolution of the gradients.
Tensor input_gradient(const Tensor& x, const Tensor& g, const Tensor& weight, const Conv& conv, StepMemory& memory) {
  const auto size = weight.size(2);
  if (conv.stride != 1 || weight.size(3) != size || conv.padding >= size)
    return std::get<0>(plain_gradients(x, g, weight, conv, {true, false, false}));
  const Conv back{1, size - 1 - conv.padding};
  return convolve(back.shape(g, weight.transpose(0, 1)), g, turned_view_of(weight), memory);
}

struct ConvFunction : torch::autograd::Function<ConvFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, Conv conv, at::ScalarType type,
                        const StepMemoryPtr* memory) {
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    const auto in = channels_last(x.to(type)), weights = weight.to(type);
    context->save_for_backward({in, weights});
    context->saved_data["stride"] = conv.stride;
    context->saved_data["padding"] = conv.padding;
    context->saved_data["memory"] = c10::IValue::make_capsule(*memory);
    if (type != at::kFloat) return at::conv2d(in, weights, {}, conv.stride, conv.padding);
    return convolve(conv.shape(in, weights), in, view_of(weights), **memory);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    if (at::GradMode::is_enabled())
      fail(ErrorKind::usage, "convolution: gradients of gradients are not computed; train with fast=false");
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], g = channels_last(gradients[0]);
    const Conv conv{context->saved_data["stride"].toInt(), context->saved_data["padding"].toInt()};
    auto& memory = static_cast<StepMemory&>(*context->saved_data["memory"].toCapsule());
    const bool of_x = context->needs_input_grad(0), of_weight = context->needs_input_grad(1);
    variable_list result(5);
    if (x.scalar_type() != at::kFloat) {
      const auto both = plain_gradients(x, g, weight, conv, {of_x, of_weight, false});
      result[0] = std::get<0>(both);
      if (of_weight) result[1] = std::get<1>(both).to(at::kFloat);
      return result;
    }
    if (of_x) result[0] = input_gradient(x, g, weight, conv, memory);
    if (of_weight) result[1] = weight_gradient(x, g, weight, conv, memory);
    return result;
  }
};

}  // namespace

bool is_fused_conv(const torch::nn::Conv2dImpl& conv, const Tensor& x) {
  const auto& o = conv.options;
  const auto square = [](const auto& pair) { return pair->at(0) == pair->at(1); };
  if (o.groups() != 1 || o.dilation()->at(0) != 1 || o.dilation()->at(1) != 1 || !square(o.stride()) ||
      !std::holds_alternative<torch::ExpandingArray<2>>(o.padding()) ||
      !square(std::get<torch::ExpandingArray<2>>(o.padding())) ||
      !std::holds_alternative<torch::enumtype::kZeros>(o.padding_mode()) || conv.bias.defined())
    return false;
  const auto padding = std::get<torch::ExpandingArray<2>>(o.padding())->at(0);
  return conv.weight.scalar_type() == at::kFloat && is_stored_value(x) && x.size(1) == o.in_channels() &&
         x.size(2) + 2 * padding >= conv.weight.size(2) && x.size(3) + 2 * padding >= conv.weight.size(3);
}

Tensor conv2d_nhwc(const torch::nn::Conv2dImpl& conv, const Tensor& x, at::ScalarType type,
                   const StepMemoryPtr& memory) {
  const auto& o = conv.options;
  const Conv as{o.stride()->at(0), std::get<torch::ExpandingArray<2>>(o.padding())->at(0)};
  return ConvFunction::apply(x, conv.weight, as, type, &memory);
}

}  // namespace reszoo::detail

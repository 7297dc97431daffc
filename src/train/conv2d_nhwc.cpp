#include "conv2d_nhwc.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <variant>

#include "kernels/conv_weight_gradient.h"
#include "kernels/parallel_ranges.h"
#include "reszoo/base/error.h"
#include "reszoo/base/parallel.h"
#include "train/channels_last.h"

namespace reszoo::detail {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kFewOutputs =
    16;  // up to this number of outputs, oneDNN's backward pass is slower than its forward pass

/// Images are distributed among threads, each with its own sums.
Tensor weight_gradient(const Tensor& x, const Tensor& g, const Tensor& weight, int64_t stride, int64_t padding) {
  const kernels::ConvShape shape{.images = x.size(0),
                                 .rows = x.size(2),
                                 .columns = x.size(3),
                                 .channels = x.size(1),
                                 .rows_out = g.size(2),
                                 .columns_out = g.size(3),
                                 .outputs = g.size(1),
                                 .kernel_rows = weight.size(2),
                                 .kernel_columns = weight.size(3),
                                 .stride_rows = stride,
                                 .stride_columns = stride,
                                 .padding_rows = padding,
                                 .padding_columns = padding};
  const auto images = x.size(0), tasks = std::min<int64_t>(at::get_num_threads(), images);
  auto sums = at::zeros({tasks, weight.size(0), weight.size(2), weight.size(3), weight.size(1)}, at::kFloat);
  const auto x_size = x.numel() / images, g_size = g.numel() / images;
  parallel(tasks, [&, from = x.const_data_ptr<float>(), wanted = g.const_data_ptr<float>(),
                   to = sums.mutable_data_ptr<float>()](int64_t task) {
    const auto range = kernels::part_of(images, task, tasks);
    auto part = shape;
    part.images = range.size();
    kernels::add_weight_gradient(from + range.first * x_size, wanted + range.first * g_size, part,
                                 to + task * weight.numel());
  });
  return (tasks == 1 ? sums[0] : sums.sum(0)).permute({0, 3, 1, 2});
}

/// Returns the gradient of x. For few outputs and stride 1 it is computed as a convolution of the gradients with the
/// flipped kernel.
Tensor input_gradient(const Tensor& x, const Tensor& g, const Tensor& weight, int64_t stride, int64_t padding) {
  if (stride == 1 && weight.size(0) <= kFewOutputs && weight.size(2) == 2 * padding + 1 &&
      weight.size(3) == 2 * padding + 1)
    return at::conv2d(g, channels_last(weight.transpose(0, 1).flip({2, 3})), {}, 1, padding);
  const auto gradients = at::convolution_backward(g, x, weight, std::nullopt, {stride, stride}, {padding, padding},
                                                  {1, 1}, false, {0, 0}, 1, {true, false, false});
  return std::get<0>(gradients);
}

struct ConvFunction : torch::autograd::Function<ConvFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, int64_t stride,
                        int64_t padding) {
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    return at::conv2d(x, weight, {}, stride, padding);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    if (at::GradMode::is_enabled())
      fail(ErrorKind::usage, "convolution: gradients of gradients are not computed; train with fast=false");
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    const auto saved = context->get_saved_variables();
    const auto stride = context->saved_data["stride"].toInt(), padding = context->saved_data["padding"].toInt();
    const auto g = channels_last(gradients[0]);
    Tensor of_x, of_weight;
    if (context->needs_input_grad(0)) of_x = input_gradient(saved[0], g, saved[1], stride, padding);
    if (context->needs_input_grad(1)) of_weight = weight_gradient(saved[0], g, saved[1], stride, padding);
    return {of_x, of_weight, Tensor(), Tensor()};
  }
};

}  // namespace

bool is_fused_conv(const torch::nn::Conv2dImpl& conv) {
  const auto& o = conv.options;
  const auto square = [](const auto& pair) { return pair->at(0) == pair->at(1); };
  return o.groups() == 1 && o.kernel_size()->at(0) > 1 && o.dilation()->at(0) == 1 && o.dilation()->at(1) == 1 &&
         square(o.stride()) && std::holds_alternative<torch::ExpandingArray<2>>(o.padding()) &&
         square(std::get<torch::ExpandingArray<2>>(o.padding())) &&
         std::holds_alternative<torch::enumtype::kZeros>(o.padding_mode()) && !conv.bias.defined() &&
         o.in_channels() % kernels::kGradientChannels == 0 && conv.weight.scalar_type() == at::kFloat;
}

Tensor conv2d_nhwc(const torch::nn::Conv2dImpl& conv, const Tensor& x) {
  const auto& o = conv.options;
  return ConvFunction::apply(channels_last(x), conv.weight, o.stride()->at(0),
                             std::get<torch::ExpandingArray<2>>(o.padding())->at(0));
}

}  // namespace reszoo::detail

// What convolutions and linear layers mean.
#include <ATen/ops/conv2d.h>
#include <ATen/ops/linear.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include "graph/module_types.h"
#include "reszoo/nn/member_linear.h"
#include "reszoo/nn/n_linear.h"
#include "reszoo/nn/std_conv2d.h"

namespace reszoo::detail {
namespace {

/// Returns the values per spatial dimension as (rows, columns): a sequence is an image of height 1.
template <size_t D>
std::array<int64_t, 2> as_two(const torch::ExpandingArray<D>& values, int64_t of_row) {
  if constexpr (D == 1) return {of_row, values->at(0)};
  else return {values->at(0), values->at(1)};
}

/// Returns the zero padding before and after each side, in pixels.
template <size_t D, typename Options>
std::array<std::array<int64_t, 2>, 2> zeros_of(const Options& options) {
  if (const auto* pixels = std::get_if<torch::ExpandingArray<D>>(&options.padding())) {
    const auto both = as_two<D>(*pixels, 0);
    return {both, both};
  }
  if (!std::holds_alternative<torch::enumtype::kSame>(options.padding())) return {};
  const auto kernel = as_two<D>(options.kernel_size(), 1), dilation = as_two<D>(options.dilation(), 1);
  std::array<std::array<int64_t, 2>, 2> zeros{};
  for (size_t i = 0; i < 2; ++i) {
    const auto total = dilation[i] * (kernel[i] - 1);
    zeros[0][i] = total / 2;
    zeros[1][i] = total - total / 2;
  }
  return zeros;
}

template <size_t D, typename Options>
size_t lower_conv(const Options& options, const Tensor& weight, const Tensor& bias, ModuleLowering& to, size_t x) {
  if (!std::holds_alternative<torch::enumtype::kZeros>(options.padding_mode()))
    return to.add_module(x, "only padding by zeros can");
  ops::Conv conv{.weight = D == 1 ? weight.unsqueeze(2) : weight,
                 .bias = bias,
                 .stride = as_two<D>(options.stride(), 1),
                 .dilation = as_two<D>(options.dilation(), 1),
                 .groups = options.groups()};
  const auto zeros = zeros_of<D>(options);
  if (zeros[0] == zeros[1]) conv.padding = zeros[0];
  else x = to.add(ops::Pad{.left = zeros[0][1], .right = zeros[1][1], .top = zeros[0][0], .bottom = zeros[1][0]}, {x});
  return to.add(std::move(conv), {x});
}

/// Each output is a sum over the kernel and the input channels of its group.
template <typename Impl>
int64_t conv_multiply_adds(const Impl& conv, const Tensor& output) {
  return output.numel() * conv.weight[0].numel();
}

template <typename Impl>
int64_t member_multiply_adds(const Impl& linear, const Tensor& output) {
  return output.numel() * linear.options.in;
}

}  // namespace

void add_layer_types(ModuleTypes& types) {
  types.add<nn::Conv1dImpl>({
      .name = "conv1d",
      .multiply_adds = conv_multiply_adds<nn::Conv1dImpl>,
      .lower = [](const auto& conv, auto& to,
                  size_t x) { return lower_conv<1>(conv.options, conv.weight, conv.bias, to, x); },
  });
  types.add<nn::Conv2dImpl>({
      .name = "conv2d",
      .multiply_adds = conv_multiply_adds<nn::Conv2dImpl>,
      .lower = [](const auto& conv, auto& to,
                  size_t x) { return lower_conv<2>(conv.options, conv.weight, conv.bias, to, x); },
  });
  types.add<StdConv2dImpl>({
      .name = "std_conv2d",
      .multiply_adds = conv_multiply_adds<StdConv2dImpl>,
      // Standardizing weights a second time changes nothing, so an exported file can hold the standardized weights
      // under this key.
      .lower = [](const auto& conv, auto& to,
                  size_t x) { return lower_conv<2>(conv.options.conv, conv.standardized(), {}, to, x); },
  });
  types.add<nn::LinearImpl>({
      .name = "linear",
      .multiply_adds = [](const auto& linear, const Tensor& output) { return output.numel() * linear.weight.size(1); },
      .lower =
          [](const auto& linear, auto& to, size_t x) {
            return to.add(ops::Linear{linear.weight, linear.bias}, {x});
          },
  });
  types.add<BatchEnsembleLinearImpl>(
      {.name = "batch_ensemble_linear", .multiply_adds = member_multiply_adds<BatchEnsembleLinearImpl>});
  types.add<SharedLinearImpl>({.name = "shared_linear", .multiply_adds = member_multiply_adds<SharedLinearImpl>});
  types.add<NLinearImpl>({.name = "n_linear", .multiply_adds = member_multiply_adds<NLinearImpl>});
}

}  // namespace reszoo::detail

namespace reszoo::ops {

Tensor Conv::forward(const std::vector<Tensor>& inputs) const {
  return detail::on_maps(
      inputs[0], [&](const Tensor& maps) { return at::conv2d(maps, weight, bias, stride, padding, dilation, groups); });
}

Tensor Linear::forward(const std::vector<Tensor>& inputs) const { return at::linear(inputs[0], weight, bias); }

}  // namespace reszoo::ops

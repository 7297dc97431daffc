// What norms mean.
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/maximum.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/normalization.h>

#include "graph/module_types.h"
#include "reszoo/nn/evo_norm2d.h"
#include "reszoo/nn/filter_response_norm2d.h"

namespace reszoo::detail {
namespace {

/// A number a channel, to be broadcast over all that follows.
Tensor channelwise(const Tensor& numbers, int64_t rank) {
  std::vector<int64_t> shape(static_cast<size_t>(rank), 1);
  shape[1] = -1;
  return numbers.reshape(shape);
}

std::vector<int64_t> all_pixels(int64_t rank, int64_t first) {
  std::vector<int64_t> dimensions;
  for (int64_t i = first; i < rank; ++i) dimensions.push_back(i);
  return dimensions;
}

template <typename Impl>
ops::BatchNorm running_statistics(const Impl& norm) {
  return {norm.running_mean, norm.running_var, norm.weight, norm.bias, norm.options.eps()};
}

/// Without running statistics the module uses those of the batch, in evaluation mode too.
template <typename Impl>
size_t lower_batch_norm(const Impl& norm, ModuleLowering& to, size_t x) {
  if (!norm.running_mean.defined()) return to.add_module(x, "a batch norm without running statistics cannot");
  return to.add(running_statistics(norm), {x});
}

template <typename Impl>
size_t lower_instance_norm(const Impl& norm, ModuleLowering& to, size_t x) {
  if (norm.running_mean.defined()) return to.add(running_statistics(norm), {x});
  return to.add(ops::GroupNorm{0, norm.weight, norm.bias, norm.options.eps()}, {x});
}

}  // namespace

void add_norm_types(ModuleTypes& types) {
  types.add<nn::BatchNorm1dImpl>(
      {.name = "batch_norm", .lower = lower_batch_norm<nn::BatchNorm1dImpl>, .per_sample = false});
  types.add<nn::BatchNorm2dImpl>(
      {.name = "batch_norm", .lower = lower_batch_norm<nn::BatchNorm2dImpl>, .per_sample = false});
  types.add<nn::InstanceNorm1dImpl>({.name = "instance_norm", .lower = lower_instance_norm<nn::InstanceNorm1dImpl>});
  types.add<nn::InstanceNorm2dImpl>({.name = "instance_norm", .lower = lower_instance_norm<nn::InstanceNorm2dImpl>});
  types.add<nn::GroupNormImpl>({
      .name = "group_norm",
      .lower =
          [](const auto& norm, auto& to, size_t x) {
            return to.add(ops::GroupNorm{norm.options.num_groups(), norm.weight, norm.bias, norm.options.eps()}, {x});
          },
  });
  types.add<nn::LayerNormImpl>({
      .name = "layer_norm",
      .lower =
          [](const auto& norm, auto& to, size_t x) {
            return to.add(ops::LayerNorm{norm.options.normalized_shape(), norm.weight, norm.bias, norm.options.eps()},
                          {x});
          },
  });
  types.add<EvoNorm2dImpl>({
      .name = "evo_norm",
      .lower =
          [](const auto& norm, auto& to, size_t x) {
            return to.add(ops::EvoNorm{norm.options.groups, norm.weight, norm.bias, norm.v, norm.options.epsilon}, {x});
          },
  });
  types.add<FilterResponseNorm2dImpl>({
      .name = "filter_response_norm",
      .lower =
          [](const auto& norm, auto& to, size_t x) {
            return to.add(ops::ResponseNorm{norm.weight, norm.bias, norm.tau, norm.options.epsilon}, {x});
          },
  });
}

}  // namespace reszoo::detail

namespace reszoo::ops {

Tensor BatchNorm::forward(const std::vector<Tensor>& inputs) const {
  return at::batch_norm(inputs[0], weight, bias, mean, variance, /*training=*/false, /*momentum=*/0, epsilon,
                        /*cudnn_enabled=*/true);
}

Tensor GroupNorm::forward(const std::vector<Tensor>& inputs) const {
  const auto& x = inputs[0];
  return at::group_norm(x.contiguous(), groups ? groups : x.size(1), weight, bias, epsilon);
}

Tensor LayerNorm::forward(const std::vector<Tensor>& inputs) const {
  return at::layer_norm(inputs[0], shape, weight, bias, epsilon);
}

Tensor EvoNorm::forward(const std::vector<Tensor>& inputs) const {
  const auto& x = inputs[0];
  const auto rank = x.dim();
  const std::vector<int64_t> split{groups, x.size(1) / groups};
  const auto gated = x * (x * detail::channelwise(v, rank)).sigmoid();
  const auto variance =
      x.unflatten(1, split).var(detail::all_pixels(rank + 1, 2), /*unbiased=*/false, /*keepdim=*/true);
  const auto y = (gated.unflatten(1, split) / variance.add(epsilon).sqrt()).flatten(1, 2);
  return y * detail::channelwise(weight, rank) + detail::channelwise(bias, rank);
}

Tensor ResponseNorm::forward(const std::vector<Tensor>& inputs) const {
  const auto& x = inputs[0];
  const auto rank = x.dim();
  const auto scale = x.square().mean(detail::all_pixels(rank, 2), /*keepdim=*/true).add(epsilon).rsqrt();
  const auto y = x * scale * detail::channelwise(weight, rank) + detail::channelwise(bias, rank);
  return at::maximum(y, detail::channelwise(tau, rank));
}

}  // namespace reszoo::ops

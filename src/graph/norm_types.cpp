// Module types: norms.
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/normalization.h>

#include "graph/module_types.h"
#include "reszoo/nn/evo_norm2d.h"
#include "reszoo/nn/filter_response_norm2d.h"

namespace reszoo::detail {
namespace {

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

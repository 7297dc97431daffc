// What activations mean.
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/silu.h>
#include <torch/nn/modules/activation.h>

#include "graph/module_types.h"

namespace reszoo::detail {
namespace {

using Kind = ops::Activation::Kind;

template <typename Impl, Kind kind>
size_t lower_activation(const Impl&, ModuleLowering& to, size_t x) {
  return to.add(ops::Activation{kind}, {x});
}

}  // namespace

void add_activation_types(ModuleTypes& types) {
  types.add<nn::ReLUImpl>({.name = "relu", .lower = lower_activation<nn::ReLUImpl, Kind::relu>});
  types.add<nn::SiLUImpl>({.name = "silu", .lower = lower_activation<nn::SiLUImpl, Kind::silu>});
  types.add<nn::SigmoidImpl>({.name = "sigmoid", .lower = lower_activation<nn::SigmoidImpl, Kind::sigmoid>});
  types.add<nn::GELUImpl>({
      .name = "gelu",
      .lower =
          [](const auto& gelu, auto& to, size_t x) {
            return to.add(ops::Activation{gelu.options.approximate() == "none" ? Kind::gelu : Kind::gelu_tanh}, {x});
          },
  });
  types.add<nn::LeakyReLUImpl>({
      .name = "leaky_relu",
      .lower =
          [](const auto& relu, auto& to, size_t x) {
            return to.add(ops::Activation{Kind::leaky_relu, relu.options.negative_slope()}, {x});
          },
  });
}

}  // namespace reszoo::detail

namespace reszoo::ops {

Tensor Activation::forward(const std::vector<Tensor>& inputs) const {
  switch (kind) {
    case Kind::relu: return inputs[0].relu();
    case Kind::leaky_relu: return at::leaky_relu(inputs[0], slope);
    case Kind::gelu: return at::gelu(inputs[0]);
    case Kind::gelu_tanh: return at::gelu(inputs[0], "tanh");
    case Kind::silu: return at::silu(inputs[0]);
    case Kind::hard_swish: return at::hardswish(inputs[0]);
    case Kind::sigmoid: return inputs[0].sigmoid();
  }
  return inputs[0];
}

}  // namespace reszoo::ops

// Module types: activations.
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

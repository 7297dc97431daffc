// Extracts the dropout masks of fused training from its outputs.
#pragma once
#include <torch/nn.h>

#include "reszoo/train/fused_training.h"
#include "reszoo/zoo/registry.h"

namespace reszoo::test {

struct MaskOf {
  int64_t block = 0;
  double dropout = 0, residual_dropout = 0;  ///< exactly one of them is extracted
  uint64_t seed = 0;
  int64_t step = 0;
  int64_t width = 19;
};

/// Returns the factors, (rows, width), by which a dropout in `block` of three multiplies.
///
/// Everywhere, the input projection gives 0 and the block's branch 1, so the output is the mask.
inline Tensor mask(int64_t rows, const MaskOf& of) {
  auto net = create_model("tabular_resnet", TabularOptions{.outputs = of.width,
                                                           .numeric = 1,
                                                           .blocks = 3,
                                                           .width = of.width,
                                                           .hidden_factor = 1.0,
                                                           .dropout = of.dropout,
                                                           .residual_dropout = of.residual_dropout,
                                                           .norm = Norm::parse("none")});
  const auto shown = "blocks." + std::to_string(of.block) + ".";
  {
    const torch::NoGradGuard no_grad;
    for (auto& item : net->named_parameters()) {
      item.value().zero_();
      if (item.key() == shown + "linear1.bias") item.value().fill_(1);
      if (item.key() == shown + "linear2.weight" || item.key() == "output.linear.weight") nn::init::eye_(item.value());
    }
  }
  AnyModule model(net);
  return FusedTraining(of.seed)(model, torch::zeros({rows, 1}), of.step).detach();
}

/// A module that multiplies by a tensor.
struct FixedMaskImpl : nn::Cloneable<FixedMaskImpl> {
  explicit FixedMaskImpl(Tensor mask) : factors(std::move(mask)) {}
  void reset() override {}
  Tensor forward(const Tensor& x) { return x * factors; }

  Tensor factors;
};
TORCH_MODULE(FixedMask);

}  // namespace reszoo::test

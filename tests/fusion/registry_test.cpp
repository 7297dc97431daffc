// The fused operations of every registered model, without weights.
#include <gtest/gtest.h>

#include "fusion/program.h"
#include "reszoo/zoo/meta_model.h"

using namespace reszoo;

TEST(FusedRegistry, NoNetworkHasAFallback) {
  const torch::NoGradGuard no_grad;
  for (const auto& name : registry().names()) {
    auto network = create_meta_model(name);
    network->eval();
    const auto graph = lower(network);
    reszoo::detail::ConvLayers layers;
    const auto program = reszoo::detail::lower_for_inference(graph, {graph.output}, layers);
    for (const auto& node : program.nodes) EXPECT_NE(node.op->kind(), "module") << name << ": " << node.key;
  }
}

TEST(FusedRegistry, ActivationsAreEpilogues) {
  const torch::NoGradGuard no_grad;
  for (const auto* activation : {"relu", "gelu", "silu", "leaky_relu:0.1"}) {
    auto network = create_meta_model("resnet18", ImageOptions{.activation = reszoo::Activation::parse(activation)});
    network->eval();
    const auto graph = lower(network);
    reszoo::detail::ConvLayers layers;
    const auto program = reszoo::detail::lower_for_inference(graph, {graph.output}, layers);
    EXPECT_EQ(program.nodes.size(), 24u) << activation;  // input, 20 convolutions, two pools, the head
  }
}

// Builds a residual tabular network from your own module. The block adds the shortcut, so the module needs no code for
// it.
#include <fmt/format.h>
#include <torch/nn.h>
#include <torch/optim.h>

#include "reszoo/nn/linear_projection.h"
#include "reszoo/nn/residual_block.h"

using namespace reszoo;

/// y = linear(x) * sigmoid(gate(x)).
struct GatedImpl : nn::Module {
  GatedImpl(int64_t in, int64_t out) {
    linear = register_module("linear", nn::Linear(in, out));
    gate = register_module("gate", nn::Linear(in, out));
  }
  Tensor forward(const Tensor& x) { return linear(x) * torch::sigmoid(gate(x)); }
  nn::Linear linear{nullptr}, gate{nullptr};
};
TORCH_MODULE(Gated);

int main() {
  torch::manual_seed(0);
  Chain network(Steps{{"widen", residual(Gated(8, 32), LinearProjection(8, 32))},  // W_s: 8 features to 32
                      {"block", residual(Gated(32, 32))},                          // the shortcut is the identity
                      {"head", nn::Linear(32, 1)}});
  const auto x = torch::randn({256, 8}), y = x.square().sum(1, /*keepdim=*/true);
  torch::optim::Adam optimizer(network->parameters(), 1e-2);
  double first = 0, last = 0;
  for (int step = 0; step < 50; ++step) {
    optimizer.zero_grad();
    const auto loss = torch::mse_loss(network(x), y);
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
    if (step == 0) first = last;
  }
  fmt::print("loss {:.1f} -> {:.1f}: {}\n", first, last, last < first / 2 ? "trained" : "not trained");
}

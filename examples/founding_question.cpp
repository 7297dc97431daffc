// What is Identity for in residual learning? Builds the seven systems of the question that this project began with, one
// line each; docs/identity.md explains them.
#include "reszoo/reszoo.h"

using namespace reszoo;

int main() {
  torch::NoGradGuard no_grad;
  const auto numbers = [](const Tensor& t) { return at::IntArrayRef(t.data_ptr<int64_t>(), t.numel()); };
  const auto conv = [](int64_t in, int64_t out) { return nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(1)); };
  const auto image = torch::rand({2, 3, 9, 9}), rows = torch::rand({7, 50});

  ResidualBlock block1, block2;  // branch and shortcut are both Identity
  const auto x = torch::tensor({1, 1, 2, 2}), y = block1(x);
  fmt::print("1 abstract block: {} -> {} -> {}, the input is still {}\n", numbers(x), numbers(y), numbers(block2(y)),
             numbers(x));
  fmt::print("2 Keras block: {} -> {}, with downsampling {}\n", image.sizes(),
             keras_residual_block(3, 3, false)(image).sizes(), keras_residual_block(3, 8, true)(image).sizes());
  nn::Sequential convolutions(conv(3, 8), nn::ReLU(), conv(8, 8));
  nn::Conv2d projection(nn::Conv2dOptions(3, 8, 1));
  const auto sum = convolutions->forward(image) + projection(image);
  fmt::print("3 module and 1x1 projection: {}, equal to the plain sum: {}\n", sum.sizes(),
             torch::equal(residual(convolutions, projection)(image), sum));
  nn::Sequential linears(nn::Linear(50, 50), nn::ReLU(), nn::Linear(50, 50), nn::ReLU(), nn::Linear(50, 50));
  fmt::print("4 rows of a table: {} -> {}\n", rows.sizes(), residual(linears)(rows).sizes());
  fmt::print("5 modules in resnet18:");
  for (const auto* norm : {"batch", "group:32", "layer", "instance", "none"})
    fmt::print(" {} {}", norm, create_model("resnet18", ImageOptions{.norm = Norm::parse(norm)})->modules().size());
  auto alexnet = create_model("alexnet");
  alexnet->eval();
  replace_module(alexnet, "classifier", nn::Identity());
  const auto input = torch::rand({1, 3, 224, 224});
  fmt::print("\n6 AlexNet without classifier: {}, equal to its features: {}\n", alexnet->forward(input).sizes(),
             torch::equal(alexnet->forward(input), alexnet->features(input)));
  fmt::print("7 other dimensions: images by zeros {} or W_s {}, rows by zeros {} or W_s {}\n",
             ZeroPadShortcut(ZeroPadShortcutOptions{.in = 3, .out = 8, .stride = 2})(image).sizes(),
             ConvProjection(ConvProjectionOptions{.in = 3, .out = 8, .stride = 2})(image).sizes(),
             ZeroPadShortcut(ZeroPadShortcutOptions{.in = 50, .out = 64})(rows).sizes(),
             LinearProjection(50, 64)(rows).sizes());
}

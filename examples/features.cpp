// Computes features of images: pooled, of each stage, and by replacing the head with Identity.
#include <fmt/ranges.h>
#include <torch/nn/modules/linear.h>

#include "reszoo/zoo/registry.h"

using namespace reszoo;

int main() {
  torch::NoGradGuard no_grad;
  auto network = create_model("resnet18");  // random weights; load_weights(network, "file") loads trained ones
  network->eval();
  const auto images = torch::rand({2, 3, 64, 64});
  fmt::print("logits {}\n", network->forward(images).sizes());

  const auto features = network->features(images);
  fmt::print("features {}, unpooled {}\n", features.sizes(), network->forward_features(images).sizes());

  const std::vector<std::string> stages{"layer1", "layer2", "layer3", "layer4"};
  const auto maps = network->features(images, stages);  // one run of the body
  for (size_t i = 0; i < stages.size(); ++i) fmt::print("{} {}\n", stages[i], maps[i].sizes());

  network->replace_head(nn::Identity());
  fmt::print("without head, forward is features: {}\n", torch::equal(network->forward(images), features));
}

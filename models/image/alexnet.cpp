// AlexNet in one column (Krizhevsky 2014, arXiv:1404.5997), with the keys of torchvision. It has no residual block. It
// is included because docs/identity.md explains a classifier that is replaced by Identity.
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include "../catalog.h"

namespace reszoo {
namespace {

AnyModule alexnet_conv(int64_t in, int64_t out, int64_t kernel, int64_t padding, int64_t stride = 1) {
  return AnyModule(nn::Conv2d(nn::Conv2dOptions(in, out, kernel).stride(stride).padding(padding)));
}

AnyModule alexnet_pool() { return AnyModule(nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2))); }

AnyModule alexnet_classifier(int64_t outputs, double dropout, const Activation& activation) {
  return AnyModule(Chain(numbered_steps({
      AnyModule(nn::Dropout(dropout)),
      AnyModule(nn::Linear(256 * 6 * 6, 4096)),
      activation.build(),
      AnyModule(nn::Dropout(dropout)),
      AnyModule(nn::Linear(4096, 4096)),
      activation.build(),
      AnyModule(nn::Linear(4096, outputs)),
  })));
}

}  // namespace

Network build_alexnet(const std::string& name, const ImageOptions& options) {
  const auto channels = at_least(1, name, "channels", options.channels, 3);
  const auto outputs = at_least(0, name, "outputs", options.outputs, 1000);
  const auto dropout = fraction(name, "dropout", options.dropout, 0.5);
  const auto activation = options.activation.value_or(Activation{});

  Chain features(
      numbered_steps({alexnet_conv(channels, 64, 11, 2, 4), activation.build(), alexnet_pool(),
                      alexnet_conv(64, 192, 5, 2), activation.build(), alexnet_pool(), alexnet_conv(192, 384, 3, 1),
                      activation.build(), alexnet_conv(384, 256, 3, 1), activation.build(),
                      alexnet_conv(256, 256, 3, 1), activation.build(), alexnet_pool()}));
  features->set_checkpoint(options.checkpoint.value_or(false));
  auto head = outputs > 0 ? alexnet_classifier(outputs, dropout, activation) : AnyModule(nn::Identity());
  return Network(NetworkParts{
      .name = name,
      .input = {Layout::images, channels},
      .body = {{"features", features}},
      .pool = {{"avgpool", nn::AdaptiveAvgPool2d(6)}, {"flatten", nn::Flatten()}},
      .head = {"classifier", std::move(head)},
      .classifier = "classifier.6",
  });
}

}  // namespace reszoo

#include "reszoo/nn/skip_init.h"

#include <torch/types.h>

namespace reszoo {
namespace {

namespace nn = torch::nn;
thread_local SkipInit::What skipped = SkipInit::What::nothing;

}  // namespace

SkipInit::SkipInit(What what) : before_(skipped) { skipped = std::max(skipped, what); }
SkipInit::~SkipInit() { skipped = before_; }
SkipInit::What SkipInit::active() { return skipped; }

nn::Conv2d make_conv2d(const nn::Conv2dOptions& options) {
  const bool skip = options.bias() ? skipped == SkipInit::What::everything : skipped != SkipInit::What::nothing;
  if (!skip) return nn::Conv2d(options);
  // LibTorch draws weights in the constructor: it gets few of them, then the right ones.
  const auto groups = options.groups();
  nn::Conv2d conv(nn::Conv2dOptions(options).in_channels(groups).out_channels(groups));
  conv->options.in_channels(options.in_channels()).out_channels(options.out_channels());
  auto shape = conv->weight.sizes().vec();
  shape[0] = options.out_channels();
  shape[1] = options.in_channels() / groups;
  conv->weight.set_data(torch::zeros(shape));
  if (options.bias()) conv->bias.set_data(torch::zeros({options.out_channels()}));
  return conv;
}

nn::Linear make_linear(const nn::LinearOptions& options) {
  if (skipped != SkipInit::What::everything) return nn::Linear(options);
  nn::Linear linear(nn::LinearOptions(options).in_features(1).out_features(1));
  linear->options = options;
  linear->weight.set_data(torch::zeros({options.out_features(), options.in_features()}));
  if (options.bias()) linear->bias.set_data(torch::zeros({options.out_features()}));
  return linear;
}

}  // namespace reszoo

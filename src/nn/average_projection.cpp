#include "reszoo/nn/average_projection.h"

#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/padding.h>
#include <torch/nn/modules/pooling.h>

#include "reszoo/nn/make_conv.h"

namespace reszoo {
namespace {

/// For stride > 1. Returns as many positions as a strided convolution; the last mean may be over fewer pixels.
AnyModule strided_average(const ConvProjectionOptions& o) {
  if (o.layout == Layout::sequences)
    return AnyModule(nn::AvgPool1d(nn::AvgPool1dOptions(2).stride(o.stride).ceil_mode(true).count_include_pad(false)));
  return AnyModule(nn::AvgPool2d(nn::AvgPool2dOptions(2).stride(o.stride).ceil_mode(true).count_include_pad(false)));
}

/// For dilation > 1. Returns as many positions as the input; zeros are added at the bottom and on the right.
AnyModule dense_average(const ConvProjectionOptions& o) {
  if (o.layout == Layout::sequences)
    return AnyModule(Chain(numbered_steps({AnyModule(nn::ConstantPad1d(nn::ConstantPad1dOptions({0, 1}, 0))),
                                           AnyModule(nn::AvgPool1d(nn::AvgPool1dOptions(2).stride(1)))})));
  return AnyModule(Chain(numbered_steps({AnyModule(nn::ConstantPad2d(nn::ConstantPad2dOptions({0, 1, 0, 1}, 0))),
                                         AnyModule(nn::AvgPool2d(nn::AvgPool2dOptions(2).stride(1)))})));
}

AnyModule shortcut_average(const ConvProjectionOptions& o) {
  if (o.stride > 1) return strided_average(o);
  return o.dilation > 1 ? dense_average(o) : AnyModule(nn::Identity());
}

Steps average_projection_steps(const ConvProjectionOptions& o) {
  const BlockConvOptions conv{
      .in = o.in, .out = o.out, .layout = o.layout, .weight_standardization = o.weight_standardization};
  return {{o.named ? "pool" : "0", shortcut_average(o)},
          {o.named ? "conv" : "1", make_conv(conv)},
          {o.named ? "norm" : "2", o.norm.build(o.out, o.layout)}};
}

}  // namespace

AverageProjectionImpl::AverageProjectionImpl(const ConvProjectionOptions& options)
    : ChainImpl(average_projection_steps(options)) {}

std::shared_ptr<nn::Module> AverageProjectionImpl::clone(const std::optional<torch::Device>& device) const {
  std::shared_ptr<AverageProjectionImpl> copy(new AverageProjectionImpl(clone_steps(steps_, device)));
  copy_flags(*this, *copy);
  return copy;
}

}  // namespace reszoo

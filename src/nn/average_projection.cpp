#include "reszoo/nn/average_projection.h"

#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/padding.h>
#include <torch/nn/modules/pooling.h>

#include "reszoo/nn/std_conv2d.h"

namespace reszoo {
namespace {

AnyModule average(const ConvProjectionOptions& options) {
  if (options.stride() > 1)
    return AnyModule(nn::AvgPool2d(
        nn::AvgPool2dOptions(2).stride(options.stride()).ceil_mode(true).count_include_pad(false)));
  if (options.dilation() == 1) return AnyModule(nn::Identity());
  // As large as the input: a row and a column of zeros are added below and to the right.
  return AnyModule(Chain(number({AnyModule(nn::ConstantPad2d(nn::ConstantPad2dOptions({0, 1, 0, 1}, 0))),
                                 AnyModule(nn::AvgPool2d(nn::AvgPool2dOptions(2).stride(1)))})));
}

Steps steps_of(const ConvProjectionOptions& options) {
  const bool named = options.named();
  return {{named ? "pool" : "0", average(options)},
          {named ? "conv" : "1",
           make_conv(nn::Conv2dOptions(options.in(), options.out(), 1).bias(false), options.standardize())},
          {named ? "norm" : "2", options.norm().build(options.out(), Layout::maps)}};
}

}  // namespace

AverageProjectionImpl::AverageProjectionImpl(const ConvProjectionOptions& options) : ChainImpl(steps_of(options)) {}

std::shared_ptr<nn::Module> AverageProjectionImpl::clone(const std::optional<torch::Device>& device) const {
  std::shared_ptr<AverageProjectionImpl> copy(new AverageProjectionImpl(clone_steps(steps_, device)));
  copy_flags(*this, *copy);
  return copy;
}

}  // namespace reszoo

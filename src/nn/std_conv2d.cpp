#include "reszoo/nn/std_conv2d.h"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <torch/nn/init.h>

#include "reszoo/base/error.h"

namespace reszoo {

StdConv2dImpl::StdConv2dImpl(const StdConv2dOptions& options_) : options(options_) {
  if (!(options.epsilon > 0)) fail(ErrorKind::usage, "StdConv2d: epsilon must be positive, got {}", options.epsilon);
  if (!std::holds_alternative<torch::ExpandingArray<2>>(options.conv.padding()))
    fail(ErrorKind::usage, "StdConv2d: padding must be a number of pixels");
  reset();
}

void StdConv2dImpl::reset() {
  const auto& conv = options.conv;
  weight = register_parameter("weight", torch::empty({conv.out_channels(), conv.in_channels() / conv.groups(),
                                                      conv.kernel_size()->at(0), conv.kernel_size()->at(1)}));
  nn::init::kaiming_normal_(weight, 0.0, torch::kFanOut, torch::kReLU);
}

Tensor StdConv2dImpl::standardized() const {
  // Standardise by a batch norm over one "image" whose channels are the output channels.
  const auto rows = weight.reshape({1, options.conv.out_channels(), -1});
  return at::batch_norm(rows, {}, {}, {}, {}, /*training=*/true, /*momentum=*/0, options.epsilon,
                        /*cudnn_enabled=*/true)
      .reshape(weight.sizes());
}

Tensor StdConv2dImpl::forward(const Tensor& x) {
  const auto& conv = options.conv;
  return at::conv2d(x, standardized(), {}, conv.stride(), *std::get<torch::ExpandingArray<2>>(conv.padding()),
                    conv.dilation(), conv.groups());
}

void StdConv2dImpl::pretty_print(std::ostream& stream) const {
  const auto& conv = options.conv;
  stream << "StdConv2d(" << conv.in_channels() << ", " << conv.out_channels() << ", kernel_size=" << conv.kernel_size()
         << ", stride=" << conv.stride() << ", epsilon=" << options.epsilon << ")";
}

}  // namespace reszoo

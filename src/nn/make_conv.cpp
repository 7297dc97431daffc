#include "reszoo/nn/make_conv.h"

#include "reszoo/base/error.h"
#include "reszoo/nn/std_conv2d.h"

namespace reszoo {
namespace {

template <size_t D>
nn::ConvOptions<D> conv_options(const BlockConvOptions& o) {
  return nn::ConvOptions<D>(o.in, o.out, o.kernel)
      .stride(o.stride)
      .padding(o.dilation * (o.kernel / 2))
      .dilation(o.dilation)
      .groups(o.groups)
      .bias(false);
}

}  // namespace

AnyModule make_conv(const BlockConvOptions& o) {
  if (o.layout == Layout::features) fail(ErrorKind::usage, "make_conv: needs sequences or images, got features");
  if (o.layout == Layout::sequences) {
    if (o.weight_standardization)
      fail(ErrorKind::usage, "make_conv: weight standardisation needs images, got sequences");
    return AnyModule(nn::Conv1d(conv_options<1>(o)));
  }
  if (!o.weight_standardization) return AnyModule(nn::Conv2d(conv_options<2>(o)));
  return AnyModule(StdConv2d(StdConv2dOptions{.conv = conv_options<2>(o), .epsilon = *o.weight_standardization}));
}

}  // namespace reszoo

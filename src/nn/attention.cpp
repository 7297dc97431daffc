#include "reszoo/nn/attention.h"

#include <torch/nn/modules/linear.h>

#include "reszoo/base/error.h"
#include "reszoo/nn/efficient_channel_attention.h"
#include "reszoo/nn/squeeze_excite.h"

namespace reszoo {

AnyModule Attention::build(int64_t channels, Layout layout) const {
  switch (kind) {
    case Kind::none: return AnyModule(nn::Identity());
    case Kind::squeeze_excite:
      if (layout != Layout::images)
        fail(ErrorKind::usage, "Attention: squeeze_excite needs images, got {}; use efficient_channel",
             text_of(layout));
      return AnyModule(SqueezeExcite(SqueezeExciteOptions{.channels = channels, .ratio = ratio}));
    case Kind::efficient_channel:
      return AnyModule(EfficientChannelAttention(EfficientChannelAttentionOptions{.channels = channels}));
  }
  fail(ErrorKind::usage, "Attention: unknown kind {}", static_cast<int>(kind));
}

}  // namespace reszoo

/// Describes the channel attention at the end of a residual branch as a value.
#pragma once
#include "reszoo/nn/layout.h"
#include "reszoo/nn/steps.h"

namespace reszoo {

/// A kind of channel attention and its size.
struct Attention {
  enum class Kind {
    none,
    squeeze_excite,     ///< SqueezeExcite; images only
    efficient_channel,  ///< EfficientChannelAttention
  };
  Kind kind = Kind::none;
  double ratio = 1.0 / 16;  ///< squeezed channels / channels; only for squeeze_excite

  /// Builds the module. For `none` it is an Identity.
  /// Throws: Error (usage) if the kind does not support the layout.
  AnyModule build(int64_t channels, Layout layout = Layout::images) const;
};

}  // namespace reszoo

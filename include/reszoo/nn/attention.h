/// The channel attention at the end of a branch, as a value.
#pragma once
#include "reszoo/nn/layout.h"
#include "reszoo/nn/steps.h"

namespace reszoo {

/// A kind of channel attention, and its size.
struct Attention {
  enum class Kind {
    none,
    squeeze_excite,     ///< SqueezeExcite; images only
    efficient_channel,  ///< EfficientChannelAttention
  };
  Kind kind = Kind::none;
  double ratio = 1.0 / 16;  ///< of squeeze_excite: squeezed channels / channels

  /// Builds the module; an Identity for `none`.
  /// Throws: Error (usage) for a layout that the kind does not take.
  AnyModule build(int64_t channels, Layout layout = Layout::images) const;
};

}  // namespace reszoo

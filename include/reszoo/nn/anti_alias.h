/// Subsampling that does not skip pixels, as a value.
#pragma once
#include <string>

#include "reszoo/nn/layout.h"
#include "reszoo/nn/steps.h"

namespace reszoo {

/// The pooling that replaces the stride of a convolution.
enum class AntiAlias {
  none,
  blur,     ///< BlurPool2d; images only
  average,  ///< the mean of stride x stride pixels
};

/// Returns `none`, `blur` or `average`.
std::string text_of(AntiAlias kind);

/// Builds a BlurPool2d, AvgPool2d or AvgPool1d; an Identity for `none` and for the mean of
/// one pixel.
/// Throws: Error (usage) for a blur of sequences.
AnyModule make_anti_alias(AntiAlias kind, int64_t channels, int64_t stride, Layout layout = Layout::images);

}  // namespace reszoo

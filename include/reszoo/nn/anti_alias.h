/// Describes anti-aliased subsampling as a value.
#pragma once
#include <string>

#include "reszoo/nn/layout.h"
#include "reszoo/nn/steps.h"

namespace reszoo {

/// The pooling that replaces the stride of a convolution, so that no pixel is skipped.
enum class AntiAlias {
  none,
  blur,     ///< BlurPool2d; images only
  average,  ///< the mean of stride x stride pixels
};

/// Returns `none`, `blur` or `average`.
std::string text_of(AntiAlias kind);

/// Builds a BlurPool2d, AvgPool2d or AvgPool1d. The module is an Identity for `none`, and for `average` with stride 1.
/// Throws: Error (usage) for `blur` with sequences.
AnyModule make_anti_alias(AntiAlias kind, int64_t channels, int64_t stride, Layout layout = Layout::images);

}  // namespace reszoo

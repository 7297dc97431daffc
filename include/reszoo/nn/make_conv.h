/// The convolutions of blocks and stems.
#pragma once
#include <optional>

#include "reszoo/nn/layout.h"
#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a convolution without bias whose zero padding is half of the kernel, so
/// that the output has ceil(size / stride) positions for an odd kernel.
struct BlockConvOptions {
  int64_t in = 0;
  int64_t out = 0;
  int64_t kernel = 1;  ///< side, in positions
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t groups = 1;
  Layout layout = Layout::images;                     ///< images or sequences
  std::optional<double> weight_standardization = {};  ///< epsilon of weight standardisation; none where left out
};

/// Builds a Conv2d for images, with `weight_standardization` a StdConv2d, and a Conv1d for sequences.
///
/// Throws: Error (usage) for features, and for weight standardisation of sequences.
AnyModule make_conv(const BlockConvOptions& options);

}  // namespace reszoo

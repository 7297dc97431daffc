/// Builds the convolutions of blocks and stems.
#pragma once
#include <optional>

#include "reszoo/nn/layout.h"
#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a convolution without bias. Its zero padding is half of the kernel, so with an odd kernel the output has
/// ceil(size / stride) positions.
struct BlockConvOptions {
  int64_t in = 0;
  int64_t out = 0;
  int64_t kernel = 1;  ///< kernel size, in positions
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t groups = 1;
  Layout layout = Layout::images;                     ///< images or sequences
  std::optional<double> weight_standardization = {};  ///< epsilon of weight standardisation; by default there is none
};

/// Builds a Conv1d for sequences, and for images a Conv2d, or a StdConv2d if `weight_standardization` is set.
///
/// Throws: Error (usage) for the layout `features`, and for weight standardisation of sequences.
AnyModule make_conv(const BlockConvOptions& options);

}  // namespace reszoo

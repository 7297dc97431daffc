/// Training inputs that are computed on demand.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "reszoo/base/random.h"

namespace reszoo {

/// A source of indexed inputs of the same shape, with the function that computes one, for example by decoding and
/// augmenting an image file.
struct Examples {
  int64_t count = 0;
  /// The shape of one input: (C, H, W) for images, any shape otherwise.
  std::vector<int64_t> shape;
  /// Writes input `row` as floats to `to`; an image is written as (H, W, C). With `random`, the input is for training
  /// and augmented with random numbers from that stream; without it, the input is for evaluation. The function is
  /// called concurrently from several threads, so it must not use LibTorch's own parallel sections.
  /// Throws: Error (file) for an input that cannot be computed.
  std::function<void(int64_t row, Random* random, float* to)> write;
};

}  // namespace reszoo

/// Training inputs that are made when they are needed.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "reszoo/base/random.h"

namespace reszoo {

/// A source of numbered inputs of one shape, with the function that makes one: it decodes a file, say, and augments it.
struct Examples {
  int64_t count = 0;
  /// The shape of one input: (C, H, W) for images, otherwise any.
  std::vector<int64_t> shape;
  /// Writes input `row` as floats to `to`; an image is written as (H, W, C). With `random` the input is for training,
  /// and augmented by random numbers of that stream; without, it is for evaluation. The function is called from several
  /// threads at once, so it must not use LibTorch's own parallel sections.
  /// Throws: Error (file) for an input that cannot be made.
  std::function<void(int64_t row, Random* random, float* to)> write;
};

}  // namespace reszoo

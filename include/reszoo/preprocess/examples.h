/// Inputs that are made when they are needed.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "reszoo/base/random.h"

namespace reszoo {

/// Numbered inputs of one shape, and how to make each: decode a file, augment it.
struct Examples {
  int64_t count = 0;
  /// Of one input: (C, H, W) of an image, else any.
  std::vector<int64_t> shape;
  /// Writes input `row` as floats to `to`; an image pixel by pixel: (H, W, C). With `random`
  /// it is one to train on, changed by chance as that stream says; without, one to measure on.
  /// Called from several threads at once, so LibTorch's own parallel sections have no place in it.
  /// Throws: Error (file) for an input that cannot be made.
  std::function<void(int64_t row, Random* random, float* to)> write;
};

}  // namespace reszoo

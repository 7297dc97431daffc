/// The network's input as the caller keeps it.
#pragma once
#include <vector>

#include "runtime/array.h"

namespace reszoo::detail {

/// Values of a tensor that belongs to the caller; strides are in values.
struct InputView {
  const float* data;
  Shape shape;
  std::vector<int64_t> strides;

  int64_t size(size_t dimension) const { return shape[dimension]; }

  /// Returns `count` samples from `first` on.
  InputView part(int64_t first, int64_t count) const {
    auto rows = *this;
    rows.shape[0] = count;
    rows.data += first * strides[0];
    return rows;
  }
};

}  // namespace reszoo::detail

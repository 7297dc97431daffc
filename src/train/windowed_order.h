/// The random order of an epoch over very many rows. Private.
#pragma once
#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

namespace reszoo::detail {

using at::Tensor;

/// A permutation of 0 .. rows - 1 that is never in memory as a whole: blocks of consecutive rows in random order, of
/// which each window of some is shuffled. It depends on (rows, window, seed, epoch) alone.
class WindowedOrder {
 public:
  /// Tensors in `data` have the rows; they may be undefined. Their pages are asked for a window ahead if they are
  /// spilled, and released after it.
  WindowedOrder(int64_t rows, int64_t window, uint64_t seed, int64_t epoch, std::vector<Tensor> data = {},
                int64_t block = int64_t{1} << 14);

  /// Returns the row indices at the places from `first` on of the order. Places in ascending order are cheap: each
  /// window is made once. Shape: (count) int64.
  Tensor rows(int64_t first, int64_t count);

 private:
  int64_t windows() const;
  int64_t size_of_block(int64_t block) const;
  std::pair<int64_t, int64_t> blocks_of(int64_t window) const;  ///< first place in blocks_ and number
  int64_t start_of(int64_t window) const;                       ///< first place in the order
  void want(int64_t window) const;
  void open(int64_t window);

  int64_t rows_, block_, blocks_in_window_;
  uint64_t seed_;
  std::vector<Tensor> data_;
  Tensor blocks_;        ///< in random order
  int64_t short_place_;  ///< where the last block is, which may be shorter
  int64_t window_ = -1;
  Tensor order_;  ///< rows of the window
};

}  // namespace reszoo::detail

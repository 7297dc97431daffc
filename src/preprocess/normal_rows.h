/// Random numbers for the rows of a matrix that is too large for memory. Private.
#pragma once
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <mutex>
#include <optional>

namespace reszoo::detail {

/// The numbers of `torch::randn({rows, columns}, generator, kFloat64)` in blocks of rows. Several threads may take
/// blocks: only the uniform numbers are drawn one after the other.
class NormalRows {
 public:
  NormalRows(int64_t rows, int64_t columns, uint64_t seed);

  struct Block {
    int64_t begin = 0;  ///< first row
    at::Tensor values;  ///< (M, columns)
  };

  /// Returns the next block, or nothing at the end.
  std::optional<Block> next();

 private:
  void draw_uniform(const at::Tensor& values);

  int64_t rows_, columns_, block_, place_ = 0;
  at::Generator generator_;
  std::mutex mutex_;
};

}  // namespace reszoo::detail

/// Assigns the results of a plan to offsets in one block of memory that all its operations share.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace reszoo::detail {

/// Allocates and frees memory while a plan is built, operation by operation. Sizes and offsets are in floats.
class ArenaPlanner {
 public:
  /// Returns the offset of `size` floats that stay allocated until the operation `until` has run.
  int64_t take(int64_t size, size_t until);

  /// Extends the lifetime of the block at `offset`.
  void extend(int64_t offset, size_t until);

  /// Frees blocks that no operation after this one needs.
  void free_after(size_t operation);

  /// Returns the size of the whole arena in floats.
  int64_t size() const { return size_; }

 private:
  struct Block {
    int64_t begin, end;
    size_t until;  ///< the last operation that reads it
  };
  std::vector<Block> blocks_;
  int64_t size_ = 0;
};

}  // namespace reszoo::detail

/// Where results lie in one block of memory that all operations of a plan share.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace reszoo::detail {

/// Memory that is given out and taken back as a plan goes through its operations; sizes and offsets in floats.
class ArenaPlanner {
 public:
  /// The offset of `size` floats that are needed until the operation `until` has run.
  int64_t take(int64_t size, size_t until);

  /// Extends the life of the block at `offset`.
  void extend(int64_t offset, size_t until);

  /// Frees what no operation after this one needs.
  void free_after(size_t operation);

  /// Floats of the whole arena.
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

#include "runtime/arena_planner.h"

#include <algorithm>

namespace reszoo::detail {
namespace {

/// Blocks begin at a cache line; kStagger floats are left between them.
constexpr int64_t kLine = 16, kStagger = 17 * kLine;

}  // namespace

int64_t ArenaPlanner::take(int64_t size, size_t until) {
  // Results whose sizes are powers of two must not all begin at the same offset within a page: the inputs and outputs
  // of a pixel would then keep evicting each other from the L1 cache.
  size = (size + kLine - 1) / kLine * kLine + kStagger;
  int64_t at = 0;
  for (const auto& block : blocks_) {
    if (block.begin - at >= size) break;
    at = std::max(at, block.end);
  }
  blocks_.insert(std::ranges::find_if(blocks_, [&](const auto& other) { return other.begin > at; }),
                 {at, at + size, until});
  size_ = std::max(size_, at + size);
  return at;
}

void ArenaPlanner::extend(int64_t offset, size_t until) {
  for (auto& block : blocks_)
    if (block.begin == offset) block.until = until;
}

void ArenaPlanner::free_after(size_t operation) {
  std::erase_if(blocks_, [&](const auto& block) { return block.until <= operation; });
}

}  // namespace reszoo::detail

#include "kernels/conv_dot_tiles.h"

#include <hwy/aligned_allocator.h>

#include <algorithm>

#include "kernels/gathered_rows.h"
#include "kernels/indirection.h"

namespace reszoo::kernels {
namespace {

/// The bytes of the inputs that are multiplied with one panel before the next one: half of a large L2 cache.
constexpr int64_t kGatheredBytes = 1 << 20;

/// Memory that a thread keeps, since it is too large to ask the system for it in each layer.
class KeptMemory {
 public:
  int32_t* get(int64_t size) {
    if (static_cast<size_t>(size) > size_) values_ = hwy::AllocateAligned<int32_t>(size_ = static_cast<size_t>(size));
    return values_.get();
  }

 private:
  hwy::AlignedFreeUniquePtr<int32_t[]> values_;
  size_t size_ = 0;
};

/// The inputs of a group as rows for tiles.
class TileInputs {
 public:
  TileInputs(DotType type, const ConvShape& shape, const DotLayout& layout, const DotConvBuffers& buffers)
      : x_(static_cast<const int32_t*>(buffers.x)),
        zeros_(static_cast<const int32_t*>(buffers.zeros)),
        units_(in_units(type, shape)),
        depth_(layout.depth),
        direct_(is_pointwise(shape) && layout.depth == layout.units) {}

  /// Gathers the inputs of all groups and pixels, for several threads.
  void gather(int64_t threads, int64_t groups) {
    static thread_local KeptMemory memory;
    if (direct_) return;
    const auto pixels = units_.pixels();
    auto* const all = memory.get(groups * pixels * depth_);
    parallel_ranges(threads, pixels, [&](int64_t first, int64_t end) {
      for (int64_t group = 0; group < groups; ++group)
        gather_rows(x_, zeros_, units_, group, {first, end}, depth_, all + (group * pixels + first) * depth_);
    });
    gathered_ = all;
  }

  DotRows rows(int64_t group, const Range& pixels) const {
    static thread_local KeptMemory memory;
    DotRows rows{x_ + pixels.first * depth_, depth_ * 4, pixels.size(), depth_};
    if (direct_) return rows;
    if (gathered_) {
      rows.data = gathered_ + (group * units_.pixels() + pixels.first) * depth_;
      return rows;
    }
    auto* const some = memory.get(rows.count * depth_);
    gather_rows(x_, zeros_, units_, group, pixels, depth_, some);
    rows.data = some;
    return rows;
  }

 private:
  const int32_t *x_, *zeros_, *gathered_ = nullptr;
  ConvShape units_;
  int64_t depth_;
  bool direct_;
};

}  // namespace

void conv_dot_by_tiles(DotType type, const ConvShape& s, const DotLayout& layout, const DotConvBuffers& buffers,
                       const DotEpilogue& epilogue, const StoredAs& y_as, int64_t threads) {
  TileInputs inputs(type, s, layout, buffers);
  const auto most = std::clamp<int64_t>(kGatheredBytes / (layout.depth * 4) / 32, 1, 16) * 32;
  const auto run = [&](const DotPart& part) {
    static thread_local KeptMemory partials;
    auto* const sums = partials.get(most * layout.panel.width());
    DotTiles tiles;
    const auto pixels = part.pixels.size(), blocks = (pixels + most - 1) / most;
    for (int64_t block = 0; block < blocks; ++block) {
      const auto [first, end] = part_of(pixels, block, blocks);
      const Range of_block{part.pixels.first + first, part.pixels.first + end};
      DotRows rows{};
      int64_t group = -1;
      for (auto i = part.panels.first; i < part.panels.end; ++i) {
        const DotWork work(layout, s, buffers, epilogue, y_as, of_block.first, i);
        if (group != work.group) rows = inputs.rows(group = work.group, of_block);
        multiply_dot_rows(type, tiles, work.vectors, rows, work.weights, sums, work.epilogue, work.y);
      }
    }
  };
  const Range pixels{0, s.pixels()}, panels{0, layout.panels()};
  // The larger of gathered inputs and weights is split among the threads, so that it is read once.
  if (panels.end < threads || s.outputs <= layout.groups * pixels.end)
    return parallel_ranges(threads, pixels.end, [&](int64_t first, int64_t end) { run({{first, end}, panels}); });
  if (threads > 1) inputs.gather(threads, layout.groups);
  parallel_ranges(threads, panels.end, [&](int64_t first, int64_t end) { run({pixels, {first, end}}); });
}

}  // namespace reszoo::kernels

#include "kernels/winograd_phases.h"

#include <algorithm>

#include "kernels/parallel_ranges.h"

namespace reszoo::kernels {
namespace {

/// Returns the number of blocks of tiles when each thread takes its blocks through all phases; at least one per thread.
int64_t count_blocks(const WinogradShape& shape, int64_t tiles_of_block, int64_t threads) {
  const auto tiles = shape.tiles(), blocks = (tiles + tiles_of_block - 1) / tiles_of_block;
  return std::min(tiles, (blocks + threads - 1) / threads * threads);
}

/// Returns the elements that a thread needs for a block.
int64_t block_size(const WinogradShape& shape, int64_t tiles_of_block, int64_t threads) {
  const auto blocks = count_blocks(shape, tiles_of_block, threads);
  return (shape.tiles() + blocks - 1) / blocks * winograd_tile_size(shape);
}

WinogradWorkspace workspace_of(const WinogradShape& shape, const Range& tiles, float* scratch) {
  return {scratch, scratch + shape.places() * tiles.size() * shape.conv.channels, tiles.first, tiles.size()};
}

void run_blocks(const WinogradShape& shape, int64_t tiles_of_block, const ConvBuffers& b, const Epilogue& epilogue,
                int64_t threads) {
  const auto tiles = shape.tiles(), blocks = count_blocks(shape, tiles_of_block, threads),
             size = block_size(shape, tiles_of_block, threads);
  parallel_tasks(threads, blocks, [&](int64_t thread, int64_t block) {
    const auto work = workspace_of(shape, part_of(tiles, block, blocks), b.scratch + thread * size);
    winograd_inputs(b.x, shape, work, 0, work.tiles);
    winograd_multiply(b.packed, shape, work, 0, winograd_products(shape));
    winograd_outputs(shape, work, epilogue, b.y, 0, work.tiles);
  });
}

void run_phases(const WinogradShape& shape, const ConvBuffers& b, const Epilogue& epilogue, int64_t threads) {
  const auto tiles = shape.tiles(), products = winograd_products(shape);
  const auto rounds = (tiles + kMostWinogradTiles - 1) / kMostWinogradTiles;
  for (int64_t round = 0; round < rounds; ++round) {
    const auto work = workspace_of(shape, part_of(tiles, round, rounds), b.scratch);
    parallel_ranges(threads, work.tiles,
                    [&](int64_t from, int64_t to) { winograd_inputs(b.x, shape, work, from, to); });
    parallel_ranges(threads, products,
                    [&](int64_t from, int64_t to) { winograd_multiply(b.packed, shape, work, from, to); });
    parallel_ranges(threads, work.tiles,
                    [&](int64_t from, int64_t to) { winograd_outputs(shape, work, epilogue, b.y, from, to); });
  }
}

}  // namespace

int64_t winograd_tile_size(const WinogradShape& shape) {
  return shape.places() * (shape.conv.channels + shape.conv.outputs);
}

int64_t winograd_scratch(const WinogradShape& shape, int64_t tiles_of_block, int64_t threads) {
  if (tiles_of_block) return threads * block_size(shape, tiles_of_block, threads);
  return std::min(shape.tiles(), kMostWinogradTiles) * winograd_tile_size(shape);
}

void run_winograd(const WinogradShape& shape, int64_t tiles_of_block, const ConvBuffers& buffers,
                  const Epilogue& epilogue, int64_t threads) {
  if (tiles_of_block) run_blocks(shape, tiles_of_block, buffers, epilogue, threads);
  else run_phases(shape, buffers, epilogue, threads);
}

}  // namespace reszoo::kernels

#include "kernels/conv.h"

#include <algorithm>
#include <charconv>

#include "kernels/conv_direct.h"
#include "kernels/conv_grouped.h"
#include "kernels/conv_winograd.h"
#include "kernels/parallel_ranges.h"
#include "reszoo/base/error.h"

namespace reszoo::kernels {
namespace {

using Kind = ConvAlgorithm::Kind;

/// Work with fewer multiply-adds than this is too small for a second thread.
constexpr int64_t kMultiplyAddsOfAThread = 64 * kElementsOfAThread;

/// The elements of a block of tiles (inputs and products) that fit into the L2 cache.
constexpr int64_t kTilesCache = 128 << 10;

/// If there are more transformed weights than this (in elements), all threads read them together, once.
constexpr int64_t kSharedWeights = 512 << 10;

/// The most tiles that all threads process together, so that memory does not grow with the batch.
constexpr int64_t kMostTiles = 1024;

/// Few channels make short segments, for which an indirection buffer is slow. With the padding written out, a kernel
/// row is one segment.
bool has_few_channels(const ConvShape& s) {
  return s.groups == 1 && s.channels < 16 && s.kernel_columns > 1 && s.dilation_columns == 1;
}

ConvShape padded_shape(ConvShape s) {
  s.rows += 2 * s.padding_rows;
  s.columns += 2 * s.padding_columns;
  s.padding_rows = s.padding_columns = 0;
  return s;
}

bool writes_padding(const ConvShape& s) { return has_few_channels(s) && (s.padding_rows > 0 || s.padding_columns > 0); }

/// Copies images with zero padding; `s` is the shape before padding.
void pad(const float* x, const ConvShape& s, float* to, int64_t threads) {
  const auto padded = padded_shape(s);
  const auto line_size = padded.columns * s.channels;
  parallel_ranges(threads, s.images * padded.rows, [&](int64_t first, int64_t end) {
    for (int64_t line = first; line < end; ++line) {
      const auto image = line / padded.rows, row = line % padded.rows - s.padding_rows;
      auto* out = to + line * line_size;
      std::fill(out, out + line_size, 0.0f);
      if (row < 0 || row >= s.rows) continue;
      const auto* from = x + (image * s.rows + row) * s.columns * s.channels;
      std::copy(from, from + s.columns * s.channels, out + s.padding_columns * s.channels);
    }
  });
}

void run_direct(const ConvShape& shape, const ConvBuffers& b, const Epilogue& epilogue, int64_t threads) {
  const auto pixels = shape.pixels(), panels = direct_panels(shape);
  if (shape.multiply_adds() < kMultiplyAddsOfAThread) threads = 1;
  if (prefers_grouped(shape))
    return parallel_ranges(threads, shape.images * shape.groups, [&](int64_t first, int64_t end) {
      conv_grouped(b.x, b.packed, shape, epilogue, b.y, first, end);
    });
  // The larger of inputs and weights is split among the threads, so that it is read once.
  const bool by_panel = panels >= threads && shape.depth() * shape.outputs > pixels * shape.channels;
  parallel_ranges(threads, by_panel ? panels : pixels, [&](int64_t first, int64_t end) {
    const ConvPart part = by_panel ? ConvPart{0, pixels, first, end} : ConvPart{first, end, 0, panels};
    conv_direct(b.x, b.packed, b.zeros, shape, epilogue, b.y, part);
  });
}

void run_direct_padded(const ConvShape& shape, ConvBuffers b, const Epilogue& epilogue, int64_t threads) {
  pad(b.x, shape, b.scratch, threads);
  b.x = b.scratch;
  run_direct(padded_shape(shape), b, epilogue, threads);
}

/// Returns the elements between the phases per tile.
int64_t tile_size(const ConvShape& s) { return kWinogradPlaces * (s.channels + s.outputs); }

/// Returns the number of blocks of tiles when each thread takes its blocks through all phases; at least one per thread.
int64_t count_blocks(const ConvShape& s, int64_t tiles_of_block, int64_t threads) {
  const auto tiles = winograd_tiles(s), blocks = (tiles + tiles_of_block - 1) / tiles_of_block;
  return std::min(tiles, (blocks + threads - 1) / threads * threads);
}

/// Returns the elements that a thread needs for a block.
int64_t block_size(const ConvShape& s, int64_t tiles_of_block, int64_t threads) {
  const auto blocks = count_blocks(s, tiles_of_block, threads);
  return (winograd_tiles(s) + blocks - 1) / blocks * tile_size(s);
}

WinogradWorkspace workspace_of(const ConvShape& shape, const Range& tiles, float* scratch) {
  return {scratch, scratch + kWinogradPlaces * tiles.size() * shape.channels, tiles.first, tiles.size()};
}

void run_winograd_blocks(const ConvShape& shape, int64_t tiles_of_block, const ConvBuffers& b, const Epilogue& epilogue,
                         int64_t threads) {
  const auto tiles = winograd_tiles(shape), blocks = count_blocks(shape, tiles_of_block, threads),
             size = block_size(shape, tiles_of_block, threads);
  parallel_tasks(threads, blocks, [&](int64_t thread, int64_t block) {
    const auto work = workspace_of(shape, part_of(tiles, block, blocks), b.scratch + thread * size);
    winograd_inputs(b.x, shape, work, 0, work.tiles);
    winograd_multiply(b.packed, shape, work, 0, winograd_products(shape));
    winograd_outputs(shape, work, epilogue, b.y, 0, work.tiles);
  });
}

void run_winograd_phases(const ConvShape& shape, const ConvBuffers& b, const Epilogue& epilogue, int64_t threads) {
  const auto tiles = winograd_tiles(shape), products = winograd_products(shape);
  const auto rounds = (tiles + kMostTiles - 1) / kMostTiles;
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

/// Whether Winograd is probably faster. Costs are in units of one multiply-add. Winograd reads more weights; for images
/// of few pixels that costs more than the saved products.
bool winograd_pays(const ConvShape& s) {
  constexpr double kOfWeight = 16, kOfTransform = 8, kOfShortProduct = 1.15;
  const auto products = static_cast<double>(s.channels * s.outputs), tiles = static_cast<double>(winograd_tiles(s));
  const auto taps = static_cast<double>(s.kernel_rows * s.kernel_columns);
  const auto direct = taps * products * (static_cast<double>(s.pixels()) + kOfWeight);
  const auto between = static_cast<double>(s.channels + s.outputs);
  return kWinogradPlaces * (products * (tiles * kOfShortProduct + kOfWeight) + tiles * between * kOfTransform) < direct;
}

}  // namespace

ConvAlgorithm ConvAlgorithm::parse(std::string_view text) {
  if (text == "direct") return {Kind::direct};
  if (text == "onednn") return {Kind::onednn};
  if (text == "winograd") return {Kind::winograd};
  if (constexpr std::string_view prefix = "winograd:"; text.starts_with(prefix)) {
    ConvAlgorithm algorithm{Kind::winograd};
    const auto [stop, error] = std::from_chars(text.data() + prefix.size(), text.data() + text.size(), algorithm.tiles);
    if (error == std::errc() && stop == text.data() + text.size() && algorithm.tiles > 0 &&
        algorithm.tiles <= kMostTiles)
      return algorithm;
  }
  fail(ErrorKind::usage, "fuse: a way must be direct, winograd, winograd:<tiles> or onednn, got \"{}\"", text);
}

std::string ConvAlgorithm::text() const {
  if (kind == Kind::direct) return "direct";
  if (kind == Kind::onednn) return "onednn";
  return tiles ? fmt::format("winograd:{}", tiles) : "winograd";
}

std::vector<ConvAlgorithm> conv_algorithms(const ConvShape& shape, int64_t threads, bool winograd) {
  std::vector<ConvAlgorithm> algorithms{{Kind::direct}};
  if (!winograd || !fits_winograd(shape)) return algorithms;
  const auto fitting = std::max<int64_t>(12, kTilesCache / tile_size(shape) / 6 * 6);
  const ConvAlgorithm blocks{Kind::winograd, std::min<int64_t>(fitting, 48)}, phases{Kind::winograd, 0};
  const bool shared = kWinogradPlaces * shape.channels * shape.outputs > kSharedWeights && threads > 1;
  const auto best = shared ? phases : blocks;
  algorithms.insert(winograd_pays(shape) ? algorithms.begin() : algorithms.end(), best);
  algorithms.push_back(shared ? blocks : phases);
  for (const int64_t tiles : {12, 24, 48})
    if (const ConvAlgorithm other{Kind::winograd, tiles}; other != best && other != blocks) algorithms.push_back(other);
  return algorithms;
}

int64_t packed_size(const ConvShape& shape, Kind kind) {
  return kind == Kind::winograd ? winograd_weights(shape) : direct_weights(shape);
}

void pack_weights(const WeightView& weights, const ConvShape& shape, Kind kind, int64_t threads, float* to) {
  const bool winograd = kind == Kind::winograd;
  const auto pack = winograd ? pack_winograd : pack_direct;
  parallel_ranges(threads, winograd ? winograd_panels(shape) : direct_panels(shape),
                  [&](int64_t first, int64_t end) { pack(weights, shape, first, end, to); });
}

int64_t conv_scratch(const ConvShape& shape, const ConvAlgorithm& algorithm, int64_t threads) {
  if (algorithm.kind == Kind::winograd) {
    if (algorithm.tiles) return threads * block_size(shape, algorithm.tiles, threads);
    return std::min(winograd_tiles(shape), kMostTiles) * tile_size(shape);
  }
  if (algorithm.kind == Kind::onednn || !writes_padding(shape)) return 0;
  const auto padded = padded_shape(shape);
  return padded.images * padded.rows * padded.columns * padded.channels;
}

void conv(const ConvShape& shape, const ConvAlgorithm& algorithm, const ConvBuffers& buffers, const Epilogue& epilogue,
          int64_t threads) {
  if (algorithm.kind == Kind::winograd)
    return algorithm.tiles ? run_winograd_blocks(shape, algorithm.tiles, buffers, epilogue, threads)
                           : run_winograd_phases(shape, buffers, epilogue, threads);
  if (writes_padding(shape)) return run_direct_padded(shape, buffers, epilogue, threads);
  run_direct(shape, buffers, epilogue, threads);
}

}  // namespace reszoo::kernels

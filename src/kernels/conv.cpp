#include "kernels/conv.h"

#include <algorithm>
#include <charconv>

#include "kernels/conv_direct.h"
#include "kernels/conv_grouped.h"
#include "kernels/packed_gemm.h"
#include "kernels/parallel_ranges.h"
#include "kernels/winograd_phases.h"
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

/// Fewer pixels are not worth reading all weights for.
constexpr int64_t kPixelsOfARange = 96;

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
  if (pixels == 0) return;
  if (shape.multiply_adds() < kMultiplyAddsOfAThread) threads = 1;
  if (prefers_grouped(shape))
    return parallel_ranges(threads, shape.images * shape.groups, [&](int64_t first, int64_t end) {
      conv_grouped(b.x, b.packed, shape, epilogue, b.y, first, end);
    });
  // The larger of inputs and weights is split among the threads, so that it is read once. Weights are prefetched, and
  // inputs may be in the cache of the thread that made them. Each range of pixels reads all weights.
  const bool by_panel = panels >= threads && shape.depth() * shape.outputs > 2 * pixels * shape.channels;
  if (by_panel)
    return parallel_ranges(threads, panels, [&](int64_t first, int64_t end) {
      conv_direct(b.x, b.packed, b.zeros, shape, epilogue, b.y, {0, pixels, first, end});
    });
  const auto ranges = threads <= 1 ? 1 : threads * std::clamp<int64_t>(pixels / threads / kPixelsOfARange, 1, 4);
  parallel_tasks(threads, ranges, [&](int64_t, int64_t range) {
    const auto [first, end] = part_of(pixels, range, ranges);
    conv_direct(b.x, b.packed, b.zeros, shape, epilogue, b.y, {first, end, 0, panels});
  });
}

void run_direct_padded(const ConvShape& shape, ConvBuffers b, const Epilogue& epilogue, int64_t threads) {
  pad(b.x, shape, b.scratch, threads);
  b.x = b.scratch;
  run_direct(padded_shape(shape), b, epilogue, threads);
}

/// The probable time, in units of one multiply-add. Weights cost more than products if there are few pixels; on wider
/// vectors, relatively twice as much.
double cost_of_weights(const ConvShape& s, int64_t places) {
  return static_cast<double>(places * s.channels * s.outputs * 2 * vector_lanes());
}

double direct_cost(const ConvShape& s) {
  return static_cast<double>(s.multiply_adds()) + cost_of_weights(s, s.kernel_rows * s.kernel_columns);
}

double winograd_cost(const WinogradShape& shape) {
  constexpr double kOfTransform = 8, kOfShortProduct = 1.15;
  const auto& s = shape.conv;
  const auto products = static_cast<double>(s.channels * s.outputs),
             between = static_cast<double>(s.channels + s.outputs);
  const auto places = static_cast<double>(shape.places() * shape.tiles());
  return places * (products * kOfShortProduct + between * kOfTransform) + cost_of_weights(s, shape.places());
}

WinogradShape winograd_shape(const ConvShape& shape, Kind kind) { return {shape, kind == Kind::winograd4 ? 4 : 6}; }

/// Adds the ways to run Winograd's algorithm, the one that is probably the fastest first.
void add_winograd(Kind kind, const WinogradShape& shape, std::vector<ConvAlgorithm>& to) {
  const auto fitting = std::max<int64_t>(12, kTilesCache / winograd_tile_size(shape) / 6 * 6);
  const ConvAlgorithm blocks{kind, std::min<int64_t>(fitting, 48)}, phases{kind, 0};
  const bool shared = winograd_weights(shape) > kSharedWeights;
  const auto best = shared ? phases : blocks;
  to.push_back(best);
  to.push_back(shared ? blocks : phases);
  for (const int64_t tiles : {12, 24, 48})
    if (const ConvAlgorithm other{kind, tiles}; other != best && other != blocks) to.push_back(other);
}

}  // namespace

ConvAlgorithm ConvAlgorithm::parse(std::string_view text) {
  if (text == "direct") return {Kind::direct};
  if (text == "onednn") return {Kind::onednn};
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  if (ConvAlgorithm algorithm{name == "winograd" ? Kind::winograd : Kind::winograd4}; name == algorithm.text()) {
    if (colon == text.npos) return algorithm;
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), algorithm.tiles);
    if (error == std::errc() && stop == text.data() + text.size() && algorithm.tiles > 0 &&
        algorithm.tiles <= kMostWinogradTiles)
      return algorithm;
  }
  fail(ErrorKind::usage,
       "fuse: a way must be direct, onednn, winograd, winograd:<tiles>, winograd4 or winograd4:<tiles>, got \"{}\"",
       text);
}

std::string ConvAlgorithm::text() const {
  if (kind == Kind::direct) return "direct";
  if (kind == Kind::onednn) return "onednn";
  const std::string name = kind == Kind::winograd ? "winograd" : "winograd4";
  return tiles ? fmt::format("{}:{}", name, tiles) : name;
}

std::vector<ConvAlgorithm> conv_algorithms(const ConvShape& shape, bool winograd) {
  std::vector<ConvAlgorithm> algorithms{{Kind::direct}};
  if (!winograd) return algorithms;
  auto best = direct_cost(shape);
  for (const auto kind : {Kind::winograd, Kind::winograd4}) {
    const auto of_kind = winograd_shape(shape, kind);
    if (!fits_winograd(of_kind)) continue;
    std::vector<ConvAlgorithm> ways;
    add_winograd(kind, of_kind, ways);
    const auto cost = winograd_cost(of_kind);
    algorithms.insert(cost < best ? algorithms.begin() : algorithms.end(), ways.begin(), ways.end());
    best = std::min(best, cost);
  }
  return algorithms;
}

int64_t packed_size(const ConvShape& shape, const ConvAlgorithm& algorithm) {
  return algorithm.is_winograd() ? winograd_weights(winograd_shape(shape, algorithm.kind)) : direct_weights(shape);
}

void pack_weights(const WeightView& weights, const ConvShape& shape, const ConvAlgorithm& algorithm, int64_t threads,
                  float* to) {
  if (!algorithm.is_winograd())
    return parallel_ranges(threads, direct_panels(shape),
                           [&](int64_t first, int64_t end) { pack_direct(weights, shape, first, end, to); });
  const auto winograd = winograd_shape(shape, algorithm.kind);
  parallel_ranges(threads, winograd_panels(shape),
                  [&](int64_t first, int64_t end) { pack_winograd(weights, winograd, first, end, to); });
}

int64_t conv_scratch(const ConvShape& shape, const ConvAlgorithm& algorithm, int64_t threads) {
  if (algorithm.is_winograd()) return winograd_scratch(winograd_shape(shape, algorithm.kind), algorithm.tiles, threads);
  if (algorithm.kind == Kind::onednn || !writes_padding(shape)) return 0;
  const auto padded = padded_shape(shape);
  return padded.images * padded.rows * padded.columns * padded.channels;
}

void conv(const ConvShape& shape, const ConvAlgorithm& algorithm, const ConvBuffers& buffers, const Epilogue& epilogue,
          int64_t threads) {
  if (algorithm.is_winograd())
    return run_winograd(winograd_shape(shape, algorithm.kind), algorithm.tiles, buffers, epilogue, threads);
  if (writes_padding(shape)) return run_direct_padded(shape, buffers, epilogue, threads);
  run_direct(shape, buffers, epilogue, threads);
}

}  // namespace reszoo::kernels

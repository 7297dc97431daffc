#include "fusion/conv_layer.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mul.h>

#include <algorithm>
#include <charconv>

#include "infer/conv_direct.h"
#include "infer/conv_groups.h"
#include "infer/conv_winograd.h"
#include "infer/deal.h"
#include "fusion/depthwise.h"
#include "fusion/onednn.h"
#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

/// Below as many multiply-adds a second thread costs more than it saves.
constexpr int64_t kOneThread = 1 << 16;

/// Numbers of a block of tiles, inputs and products, that fit into the second cache.
constexpr int64_t kTilesCache = 128 << 10;

/// Transformed weights of more numbers than this are read once by all threads together.
constexpr int64_t kSharedWeights = 512 << 10;

/// Tiles for all threads together, so that memory does not grow with the batch.
constexpr int64_t kMostTiles = 1024;

/// Few channels make short sums that are slow to point at: with the border written out, a row of the kernel is one.
bool is_thin(const ConvShape& s) {
  return s.groups == 1 && s.channels < 16 && s.kernel_columns > 1 && s.dilation_columns == 1;
}

ConvShape with_border(ConvShape s) {
  s.rows += 2 * s.padding_rows;
  s.columns += 2 * s.padding_columns;
  s.padding_rows = s.padding_columns = 0;
  return s;
}

bool has_padding(const ConvShape& s) {
  return s.padding_rows > 0 || s.padding_columns > 0;
}

/// Maps with zeros round them; `s` is the shape without the border.
void write_border(const float* x, const ConvShape& s, float* to, int64_t threads) {
  const auto bordered = with_border(s);
  const auto line_size = bordered.columns * s.channels;
  deal_out(threads, s.images * bordered.rows, [&](int64_t first, int64_t end) {
    for (int64_t line = first; line < end; ++line) {
      const auto image = line / bordered.rows, row = line % bordered.rows - s.padding_rows;
      auto* out = to + line * line_size;
      std::fill(out, out + line_size, 0.0f);
      if (row < 0 || row >= s.rows) continue;
      const auto* from = x + (image * s.rows + row) * s.columns * s.channels;
      std::copy(from, from + s.columns * s.channels, out + s.padding_columns * s.channels);
    }
  });
}

void run_direct(const ConvShape& shape, const float* x, const float* packed, const float* zeros, const Finish& finish,
                float* y, int64_t threads) {
  const auto pixels = shape.pixels(), panels = direct_panels(shape);
  if (shape.multiply_adds() < kOneThread) threads = 1;
  if (is_by_group(shape))
    return deal_out(threads, shape.images * shape.groups,
                    [&](int64_t first, int64_t end) { conv_groups(x, packed, shape, finish, y, first, end); });
  // What is larger, inputs or weights, is cut up, and read once.
  const bool by_panel = panels >= threads && shape.depth() * shape.outputs > pixels * shape.channels;
  deal_out(threads, by_panel ? panels : pixels, [&](int64_t first, int64_t end) {
    const ConvPart part = by_panel ? ConvPart{0, pixels, first, end} : ConvPart{first, end, 0, panels};
    conv_direct(x, packed, zeros, shape, finish, y, part);
  });
}

/// Numbers between the phases for a tile.
int64_t tile_size(const ConvShape& s) {
  return kWinogradPlaces * (s.channels + s.outputs);
}

/// Blocks of tiles when threads go through all phases by themselves, at least one a thread.
int64_t count_blocks(const ConvShape& s, const ConvAlgorithm& algorithm, int64_t threads) {
  const auto tiles = winograd_tiles(s), blocks = (tiles + algorithm.tiles - 1) / algorithm.tiles;
  return std::min(tiles, (blocks + threads - 1) / threads * threads);
}

/// Numbers that a thread needs for a block.
int64_t block_size(const ConvShape& s, const ConvAlgorithm& algorithm, int64_t threads) {
  const auto blocks = count_blocks(s, algorithm, threads);
  return (winograd_tiles(s) + blocks - 1) / blocks * tile_size(s);
}

void run_winograd_blocks(const ConvShape& shape, const ConvAlgorithm& algorithm, const float* x, const float* packed,
                         const Finish& finish, float* y, float* scratch, int64_t threads) {
  const auto tiles = winograd_tiles(shape), blocks = count_blocks(shape, algorithm, threads),
             size = block_size(shape, algorithm, threads);
  deal(threads, blocks, [&](int64_t thread, int64_t block) {
    const auto first = tiles * block / blocks, count = tiles * (block + 1) / blocks - first;
    auto* inputs = scratch + thread * size;
    const WinogradWork work{inputs, inputs + kWinogradPlaces * count * shape.channels, first, count};
    winograd_inputs(x, shape, work, 0, count);
    winograd_multiply(packed, shape, work, 0, winograd_products(shape));
    winograd_outputs(shape, work, finish, y, 0, count);
  });
}

void run_winograd_phases(const ConvShape& shape, const float* x, const float* packed, const Finish& finish, float* y,
                         float* scratch, int64_t threads) {
  const auto tiles = winograd_tiles(shape), products = winograd_products(shape);
  const auto stretches = (tiles + kMostTiles - 1) / kMostTiles;
  for (int64_t stretch = 0; stretch < stretches; ++stretch) {
    const auto first = tiles * stretch / stretches, size = tiles * (stretch + 1) / stretches - first;
    const WinogradWork work{scratch, scratch + kWinogradPlaces * size * shape.channels, first, size};
    deal_out(threads, size, [&](int64_t from, int64_t to) { winograd_inputs(x, shape, work, from, to); });
    deal_out(threads, products, [&](int64_t from, int64_t to) { winograd_multiply(packed, shape, work, from, to); });
    deal_out(threads, size, [&](int64_t from, int64_t to) { winograd_outputs(shape, work, finish, y, from, to); });
  }
}

/// Whether Winograd's algorithm is likely the faster one, by costs in units of a multiply-add. It reads more weights: for
/// a map of few pixels that costs more than the products it saves.
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
    if (error == std::errc() && stop == text.data() + text.size() && algorithm.tiles > 0 && algorithm.tiles <= kMostTiles)
      return algorithm;
  }
  fail(ErrorKind::usage, "fuse: an algorithm must be direct, winograd, winograd:<tiles> or onednn, got \"{}\"", text);
}

std::string ConvAlgorithm::text() const {
  if (kind == Kind::direct) return "direct";
  if (kind == Kind::onednn) return "onednn";
  return tiles ? fmt::format("winograd:{}", tiles) : "winograd";
}

Tensor ConvWeights::folded() const {
  if (!output_scale.defined() && !input_scale.defined()) return weight.contiguous();
  auto folded = weight;
  if (output_scale.defined()) folded = folded * output_scale.to(at::kFloat).reshape({-1, 1, 1, 1});
  if (input_scale.defined()) folded = folded * input_scale.to(at::kFloat).reshape({1, -1, 1, 1});
  return folded.contiguous();
}

ConvLayer::ConvLayer(ConvWeights weights)
    : weights_(std::move(weights)),
      bias_(weights_.bias.defined() ? weights_.bias.to(at::kFloat).contiguous() : Tensor()),
      zeros_(static_cast<size_t>(weights_.weight.size(1) * weights_.groups), 0.0f) {}

ConvShape ConvLayer::shape(int64_t images, int64_t rows, int64_t columns) const {
  const auto& w = weights_;
  ConvShape s{.images = images,
              .rows = rows,
              .columns = columns,
              .channels = w.weight.size(1) * w.groups,
              .rows_out = 0,
              .columns_out = 0,
              .outputs = w.weight.size(0),
              .kernel_rows = w.weight.size(2),
              .kernel_columns = w.weight.size(3),
              .stride_rows = w.stride[0],
              .stride_columns = w.stride[1],
              .padding_rows = w.padding[0],
              .padding_columns = w.padding[1],
              .dilation_rows = w.dilation[0],
              .dilation_columns = w.dilation[1],
              .groups = w.groups};
  const auto places = [](int64_t size, int64_t padding, int64_t dilation, int64_t kernel, int64_t stride) -> int64_t {
    const auto room = size + 2 * padding - dilation * (kernel - 1) - 1;
    return size < 1 || room < 0 ? 0 : room / stride + 1;
  };
  s.rows_out = places(rows, s.padding_rows, s.dilation_rows, s.kernel_rows, s.stride_rows);
  s.columns_out = places(columns, s.padding_columns, s.dilation_columns, s.kernel_columns, s.stride_columns);
  return s;
}

std::vector<ConvAlgorithm> ConvLayer::algorithms(const ConvShape& shape, int64_t threads, bool winograd) const {
  const ConvAlgorithm direct{ConvAlgorithm::Kind::direct};
  std::vector<ConvAlgorithm> algorithms{direct};
  if (winograd && fits_winograd(shape)) {
    const auto fitting = std::max<int64_t>(12, kTilesCache / tile_size(shape) / 6 * 6);
    const ConvAlgorithm blocks{ConvAlgorithm::Kind::winograd, std::min<int64_t>(fitting, 48)}, phases{ConvAlgorithm::Kind::winograd, 0};
    const bool shared = kWinogradPlaces * shape.channels * shape.outputs > kSharedWeights && threads > 1;
    const auto best = shared ? phases : blocks;
    algorithms.insert(winograd_pays(shape) ? algorithms.begin() : algorithms.end(), best);
    algorithms.push_back(shared ? blocks : phases);
    for (const int64_t other : {12, 24, 48})
      if (const ConvAlgorithm algorithm{ConvAlgorithm::Kind::winograd, other}; algorithm != best && algorithm != blocks) algorithms.push_back(algorithm);
  }
  if (has_onednn() && shape.channels > 1) algorithms.push_back({ConvAlgorithm::Kind::onednn});
  return algorithms;
}

int64_t ConvLayer::scratch(const ConvShape& shape, const ConvAlgorithm& algorithm, int64_t threads) const {
  if (algorithm.kind == ConvAlgorithm::Kind::winograd) {
    if (algorithm.tiles) return threads * block_size(shape, algorithm, threads);
    return std::min(winograd_tiles(shape), kMostTiles) * tile_size(shape);
  }
  if (algorithm.kind == ConvAlgorithm::Kind::direct && is_thin(shape) && has_padding(shape)) {
    const auto bordered = with_border(shape);
    return bordered.images * bordered.rows * bordered.columns * bordered.channels;
  }
  return 0;
}

Tensor ConvLayer::packed(ConvAlgorithm::Kind kind, const ConvShape& shape) const {
  const std::lock_guard lock(mutex_);
  auto& form = kind == ConvAlgorithm::Kind::direct ? direct_ : kind == ConvAlgorithm::Kind::winograd ? winograd_ : onednn_;
  if (form.defined()) return form;
  const auto folded = weights_.folded();
  const auto* from = folded.const_data_ptr<float>();
  if (kind == ConvAlgorithm::Kind::onednn) return form = pack_onednn(folded, shape);
  if (is_depthwise(shape)) return form = folded.flatten(1).t().contiguous();
  const bool winograd = kind == ConvAlgorithm::Kind::winograd;
  const auto pack = winograd ? pack_winograd : pack_direct;
  form = at::empty({winograd ? winograd_weights(shape) : direct_weights(shape)}, at::kFloat);
  deal_out(at::get_num_threads(), winograd ? winograd_panels(shape) : direct_panels(shape),
           [&, to = form.mutable_data_ptr<float>()](int64_t first, int64_t end) { pack(from, shape, first, end, to); });
  return form;
}

void ConvLayer::keep_only(const ConvAlgorithm& algorithm) const {
  const std::lock_guard lock(mutex_);
  if (algorithm.kind != ConvAlgorithm::Kind::direct) direct_ = Tensor();
  if (algorithm.kind != ConvAlgorithm::Kind::winograd) winograd_ = Tensor();
  if (algorithm.kind != ConvAlgorithm::Kind::onednn) onednn_ = Tensor();
}

void ConvLayer::run(const ConvAlgorithm& algorithm, const ConvShape& shape, const float* x, const float* residual, bool relu, float* y,
                    float* scratch, int64_t threads) const {
  const Finish finish{bias_.defined() ? bias_.const_data_ptr<float>() : nullptr, residual, relu};
  const auto form = packed(algorithm.kind, shape);
  if (algorithm.kind == ConvAlgorithm::Kind::onednn) return conv_onednn(x, form, bias_, shape, residual, relu, y);
  const auto* weights = form.const_data_ptr<float>();
  if (algorithm.kind == ConvAlgorithm::Kind::winograd)
    return algorithm.tiles ? run_winograd_blocks(shape, algorithm, x, weights, finish, y, scratch, threads)
                     : run_winograd_phases(shape, x, weights, finish, y, scratch, threads);
  if (is_depthwise(shape))
    return deal_out(shape.multiply_adds() < kOneThread ? 1 : threads, shape.images * shape.rows_out,
                    [&](int64_t first, int64_t end) { conv_depthwise(x, weights, shape, finish, y, first, end); });
  if (!is_thin(shape) || !has_padding(shape)) return run_direct(shape, x, weights, zeros_.data(), finish, y, threads);
  write_border(x, shape, scratch, threads);
  run_direct(with_border(shape), scratch, weights, zeros_.data(), finish, y, threads);
}

}  // namespace reszoo::detail

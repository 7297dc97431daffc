#include "kernels/conv_winograd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv_winograd.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.
#include <hwy/aligned_allocator.h>

#include <algorithm>

#include "kernels/packed_gemm.h"
#include "kernels/register_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

using Floats = hn::CappedTag<float, 16>;  // the numbers of channels are multiples of 16
using Vector = hn::Vec<Floats>;

/// The position of a tile.
struct Place {
  int64_t image, row, column;  ///< position of its first output
};

Place PlaceOf(const ConvShape& s, int64_t tile) {
  const auto side = winograd_tile(s);
  const auto across = (s.columns_out + side - 1) / side, down = (s.rows_out + side - 1) / side;
  return {tile / (across * down), tile / across % down * side, tile % across * side};
}

/// Computes one column of B^T d, for the points 0, 1, -1, 2, -2 and infinity.
HWY_INLINE void TransformInput(const Vector* in, int64_t stride, Vector* out) {
  const Floats d;
  const auto two = hn::Set(d, 2.0f), four = hn::Set(d, 4.0f), five = hn::Set(d, 5.0f);
  const auto x0 = in[0], x1 = in[stride], x2 = in[2 * stride], x3 = in[3 * stride], x4 = in[4 * stride],
             x5 = in[5 * stride];
  const auto even = hn::NegMulAdd(four, x2, x4), odd = hn::NegMulAdd(four, x1, x3);
  const auto even2 = hn::Sub(x4, x2), odd2 = hn::Mul(two, hn::Sub(x3, x1));
  out[0] = hn::MulAdd(four, x0, hn::NegMulAdd(five, x2, x4));
  out[1] = hn::Add(even, odd);
  out[2] = hn::Sub(even, odd);
  out[3] = hn::Add(even2, odd2);
  out[4] = hn::Sub(even2, odd2);
  out[5] = hn::MulAdd(four, x1, hn::NegMulAdd(five, x3, x5));
}

/// Computes one column of A^T m: `Side` outputs.
template <int64_t Side>
HWY_INLINE void TransformOutput(const Vector* in, int64_t stride, Vector* out) {
  const Floats d;
  const auto two = hn::Set(d, 2.0f), four = hn::Set(d, 4.0f), eight = hn::Set(d, 8.0f);
  const auto sum1 = hn::Add(in[stride], in[2 * stride]), difference1 = hn::Sub(in[stride], in[2 * stride]);
  const auto sum2 = hn::Add(in[3 * stride], in[4 * stride]), difference2 = hn::Sub(in[3 * stride], in[4 * stride]);
  out[0] = hn::Add(hn::Add(in[0], sum1), sum2);
  out[1] = hn::MulAdd(two, difference2, difference1);
  if constexpr (Side == 4) {
    out[2] = hn::MulAdd(four, sum2, sum1);
    out[3] = hn::MulAdd(eight, difference2, difference1);
  }
  out[Side - 1] = hn::Add(out[Side - 1], in[5 * stride]);  // the point at infinity
}

void Inputs(const float* x, const ConvShape& s, const WinogradWorkspace& work, int64_t from, int64_t to) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto between = work.tiles * s.channels;
  for (int64_t tile = from; tile < to; ++tile) {
    const auto place = PlaceOf(s, work.first_tile + tile);
    const auto top = place.row - s.padding_rows, left = place.column - s.padding_columns;
    const auto* image = x + place.image * s.rows * s.columns * s.channels;
    auto* out = work.inputs + tile * s.channels;
    for (int64_t c = 0; c < s.channels; c += lanes) {
      Vector half[36], result[6];
      for (int64_t i = 0; i < 6; ++i) {
        const auto row = top + i;
        for (int64_t j = 0; j < 6; ++j) {
          const auto column = left + j;
          const bool inside = row >= 0 && row < s.rows && column >= 0 && column < s.columns;
          result[j] = inside ? hn::LoadU(d, image + (row * s.columns + column) * s.channels + c) : hn::Zero(d);
        }
        TransformInput(result, 1, half + i * 6);
      }
      for (int64_t j = 0; j < 6; ++j) {
        TransformInput(half + j, 6, result);
        for (int64_t i = 0; i < 6; ++i) hn::StoreU(result[i], d, out + (i * 6 + j) * between + c);
      }
    }
  }
}

template <int64_t Side>
HWY_INLINE void OutputsOf(const ConvShape& s, const WinogradWorkspace& work, const Epilogue& epilogue, float* y,
                          int64_t from, int64_t to) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto between = work.tiles * s.outputs;
  const auto least = hn::Set(d, lower_bound(epilogue.activation));
  for (int64_t tile = from; tile < to; ++tile) {
    const auto place = PlaceOf(s, work.first_tile + tile);
    const auto rows = std::min(Side, s.rows_out - place.row);
    const auto columns = std::min(Side, s.columns_out - place.column);
    const auto first = ((place.image * s.rows_out + place.row) * s.columns_out + place.column) * s.outputs;
    const auto* in = work.products + tile * s.outputs;
    for (int64_t o = 0; o < s.outputs; o += lanes) {
      Vector half[Side * 6], column[6], result[Side];
      for (int64_t j = 0; j < 6; ++j) {
        for (int64_t i = 0; i < 6; ++i) column[i] = hn::LoadU(d, in + (i * 6 + j) * between + o);
        TransformOutput<Side>(column, 1, result);
        for (int64_t i = 0; i < Side; ++i) half[i * 6 + j] = result[i];
      }
      const auto bias = epilogue.bias ? hn::LoadU(d, epilogue.bias + o) : hn::Zero(d);
      for (int64_t i = 0; i < rows; ++i) {
        TransformOutput<Side>(half + i * 6, 1, result);
        for (int64_t j = 0; j < columns; ++j) {
          const auto at = first + (i * s.columns_out + j) * s.outputs + o;
          auto sum = hn::Add(result[j], bias);
          if (epilogue.residual) sum = hn::Add(sum, hn::LoadU(d, epilogue.residual + at));
          hn::StoreU(hn::Max(least, sum), d, y + at);
        }
      }
    }
    if (needs_activate(epilogue.activation))
      activate(epilogue.activation, y + first, rows, columns * s.outputs, s.columns_out * s.outputs);
  }
}

void Outputs(const ConvShape& s, const WinogradWorkspace& work, const Epilogue& epilogue, float* y, int64_t from,
             int64_t to) {
  if (winograd_tile(s) == 4) OutputsOf<4>(s, work, epilogue, y, from, to);
  else OutputsOf<2>(s, work, epilogue, y, from, to);
}

constexpr int64_t kMostWidth = 64;

/// Computes one column of G g: the polynomial with the weights as coefficients at the points 0, 1, -1, 2, -2, times a
/// factor for each, and its last weight for infinity.
template <int64_t Kernel>
HWY_INLINE void TransformWeights(const Vector* in, int64_t stride, Vector* out) {
  const Floats d;
  out[0] = hn::Mul(hn::Set(d, 1.0f / 4), in[0]);
  for (const int64_t point : {1, 2}) {
    const auto square = hn::Set(d, static_cast<float>(point * point));
    auto even = in[(Kernel - 1) * stride], odd = in[(Kernel - 2) * stride];
    for (int64_t k = Kernel - 3; k >= 0; k -= 2) even = hn::MulAdd(even, square, in[k * stride]);
    for (int64_t k = Kernel - 4; k >= 0; k -= 2) odd = hn::MulAdd(odd, square, in[k * stride]);
    const auto factor = hn::Set(d, point == 1 ? -1.0f / 6 : 1.0f / 24);
    odd = hn::Mul(odd, hn::Set(d, static_cast<float>(point)));
    out[2 * point - 1] = hn::Mul(factor, hn::Add(even, odd));
    out[2 * point] = hn::Mul(factor, hn::Sub(even, odd));
  }
  out[5] = in[(Kernel - 1) * stride];
}

/// U = G g G^T for the outputs of a panel. `to` points to the first channel of the panel.
template <int64_t Kernel>
HWY_INLINE void PackPanel(const WeightView& weights, const ConvShape& s, int64_t begin, int64_t width, float* to) {
  static_assert(hn::MaxLanes(hn::ScalableTag<float>()) * kTileVectors <= kMostWidth);
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d)), between = s.outputs * s.channels;
  float taps[Kernel * Kernel][kMostWidth];  // of one channel
  for (int64_t c = 0; c < s.channels; ++c, to += width) {
    for (int64_t tap = 0; tap < Kernel * Kernel; ++tap)
      for (int64_t o = 0; o < width; ++o) taps[tap][o] = weights.at(begin + o, c, tap / Kernel, tap % Kernel);
    for (int64_t o = 0; o < width; o += lanes) {
      Vector g[Kernel * Kernel], half[Kernel * kWinogradSide], column[kWinogradSide];
      for (int64_t tap = 0; tap < Kernel * Kernel; ++tap) g[tap] = hn::LoadU(d, taps[tap] + o);
      for (int64_t i = 0; i < Kernel; ++i) TransformWeights<Kernel>(g + i * Kernel, 1, half + i * kWinogradSide);
      for (int64_t j = 0; j < kWinogradSide; ++j) {
        TransformWeights<Kernel>(half + j, kWinogradSide, column);
        for (int64_t i = 0; i < kWinogradSide; ++i)
          hn::StoreU(column[i], d, to + (i * kWinogradSide + j) * between + o);
      }
    }
  }
}

void PackWinograd(const WeightView& weights, const ConvShape& s, int64_t panel_width, int64_t first, int64_t end,
                  float* to) {
  for (int64_t panel = first; panel < end; ++panel) {
    const auto begin = panel * panel_width, width = std::min(panel_width, s.outputs - begin);
    if (s.kernel_rows == 3) PackPanel<3>(weights, s, begin, width, to + begin * s.channels);
    else PackPanel<5>(weights, s, begin, width, to + begin * s.channels);
  }
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(Inputs);
HWY_EXPORT(Outputs);
HWY_EXPORT(PackWinograd);

bool fits_winograd(const ConvShape& s) {
  return (s.kernel_rows == 3 || s.kernel_rows == 5) && s.kernel_columns == s.kernel_rows && s.stride_rows == 1 &&
         s.stride_columns == 1 && s.dilation_rows == 1 && s.dilation_columns == 1 && s.groups == 1 &&
         s.channels % 16 == 0 && s.outputs % 16 == 0;
}

int64_t winograd_tiles(const ConvShape& s) {
  const auto side = winograd_tile(s);
  return s.images * ((s.rows_out + side - 1) / side) * ((s.columns_out + side - 1) / side);
}

void pack_winograd(const WeightView& weights, const ConvShape& shape, int64_t first, int64_t end, float* to) {
  HWY_DYNAMIC_DISPATCH(PackWinograd)(weights, shape, panel_size(shape.outputs).width, first, end, to);
}

int64_t winograd_panels(const ConvShape& shape) {
  const auto width = panel_size(shape.outputs).width;
  return (shape.outputs + width - 1) / width;
}

int64_t winograd_weights(const ConvShape& s) { return kWinogradPlaces * s.outputs * s.channels; }

void winograd_inputs(const float* x, const ConvShape& shape, const WinogradWorkspace& work, int64_t from, int64_t to) {
  HWY_DYNAMIC_DISPATCH(Inputs)(x, shape, work, from, to);
}

int64_t winograd_products(const ConvShape& shape) { return kWinogradPlaces * winograd_panels(shape); }

void winograd_multiply(const float* packed, const ConvShape& s, const WinogradWorkspace& work, int64_t from,
                       int64_t to) {
  const auto [width, lanes] = panel_size(s.outputs);
  const auto panels = winograd_panels(s);
  IndirectionBuffer buffer;
  if (width == lanes) buffer.tile_rows = kMostRows;
  buffer.length = s.channels;
  buffer.count = work.tiles;
  buffer.resize();
  for (int64_t tile = 0; tile < buffer.tiles(); ++tile)
    for (int64_t row = buffer.first_row(tile); row < buffer.first_row(tile + 1); ++row)
      buffer.tile(tile)[row - buffer.first_row(tile)] = work.inputs + row * s.channels;
  const auto partials = hwy::AllocateAligned<float>(static_cast<size_t>(partials_size(buffer)));
  for (int64_t product = from; product < to; ++product) {
    const auto place = product / panels, first = product % panels * width;
    const GemmOutput results{work.products + place * work.tiles * s.outputs + first, s.outputs,
                             std::min(width, s.outputs - first)};
    multiply_panel(s.outputs, buffer, place * work.tiles * s.channels,
                   packed + (place * s.outputs + first) * s.channels, partials.get(), {}, results);
  }
}

void winograd_outputs(const ConvShape& shape, const WinogradWorkspace& work, const Epilogue& epilogue, float* y,
                      int64_t from, int64_t to) {
  HWY_DYNAMIC_DISPATCH(Outputs)(shape, work, epilogue, y, from, to);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE

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

Place PlaceOf(const WinogradShape& shape, int64_t tile) {
  const auto& s = shape.conv;
  const auto side = shape.tile();
  const auto across = (s.columns_out + side - 1) / side, down = (s.rows_out + side - 1) / side;
  return {tile / (across * down), tile / across % down * side, tile % across * side};
}

/// Computes one column of B^T d: for the points 0, 1, -1, 2, -2 and infinity, or without 2 and -2.
template <int64_t Inputs>
HWY_INLINE void TransformInput(const Vector* in, int64_t stride, Vector* out) {
  const Floats d;
  const auto x0 = in[0], x1 = in[stride], x2 = in[2 * stride], x3 = in[3 * stride];
  if constexpr (Inputs == 4) {
    out[0] = hn::Sub(x0, x2);
    out[1] = hn::Add(x2, x1);
    out[2] = hn::Sub(x2, x1);
    out[3] = hn::Sub(x3, x1);
  } else {
    const auto two = hn::Set(d, 2.0f), four = hn::Set(d, 4.0f), five = hn::Set(d, 5.0f);
    const auto x4 = in[4 * stride], x5 = in[5 * stride];
    const auto even = hn::NegMulAdd(four, x2, x4), odd = hn::NegMulAdd(four, x1, x3);
    const auto even2 = hn::Sub(x4, x2), odd2 = hn::Mul(two, hn::Sub(x3, x1));
    out[0] = hn::MulAdd(four, x0, hn::NegMulAdd(five, x2, x4));
    out[1] = hn::Add(even, odd);
    out[2] = hn::Sub(even, odd);
    out[3] = hn::Add(even2, odd2);
    out[4] = hn::Sub(even2, odd2);
    out[5] = hn::MulAdd(four, x1, hn::NegMulAdd(five, x3, x5));
  }
}

/// Computes one column of A^T m: `Outputs` outputs.
template <int64_t Inputs, int64_t Outputs>
HWY_INLINE void TransformOutput(const Vector* in, int64_t stride, Vector* out) {
  const auto sum1 = hn::Add(in[stride], in[2 * stride]), difference1 = hn::Sub(in[stride], in[2 * stride]);
  out[0] = hn::Add(in[0], sum1);
  out[1] = difference1;
  if constexpr (Inputs == 6) {
    const Floats d;
    const auto two = hn::Set(d, 2.0f), four = hn::Set(d, 4.0f), eight = hn::Set(d, 8.0f);
    const auto sum2 = hn::Add(in[3 * stride], in[4 * stride]), difference2 = hn::Sub(in[3 * stride], in[4 * stride]);
    out[0] = hn::Add(out[0], sum2);
    out[1] = hn::MulAdd(two, difference2, difference1);
    if constexpr (Outputs == 4) {
      out[2] = hn::MulAdd(four, sum2, sum1);
      out[3] = hn::MulAdd(eight, difference2, difference1);
    }
  }
  out[Outputs - 1] = hn::Add(out[Outputs - 1], in[(Inputs - 1) * stride]);  // the point at infinity
}

template <int64_t Side>
HWY_INLINE void InputsOf(const float* x, const WinogradShape& shape, const WinogradWorkspace& work, int64_t from,
                         int64_t to) {
  const Floats d;
  const auto& s = shape.conv;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto between = work.tiles * s.channels;
  for (int64_t tile = from; tile < to; ++tile) {
    const auto place = PlaceOf(shape, work.first_tile + tile);
    const auto top = place.row - s.padding_rows, left = place.column - s.padding_columns;
    const auto* image = x + place.image * s.rows * s.columns * s.channels;
    auto* out = work.inputs + tile * s.channels;
    for (int64_t c = 0; c < s.channels; c += lanes) {
      Vector half[Side * Side], result[Side];
      for (int64_t i = 0; i < Side; ++i) {
        const auto row = top + i;
        for (int64_t j = 0; j < Side; ++j) {
          const auto column = left + j;
          const bool inside = row >= 0 && row < s.rows && column >= 0 && column < s.columns;
          result[j] = inside ? hn::LoadU(d, image + (row * s.columns + column) * s.channels + c) : hn::Zero(d);
        }
        TransformInput<Side>(result, 1, half + i * Side);
      }
      for (int64_t j = 0; j < Side; ++j) {
        TransformInput<Side>(half + j, Side, result);
        for (int64_t i = 0; i < Side; ++i) hn::StoreU(result[i], d, out + (i * Side + j) * between + c);
      }
    }
  }
}

void Inputs(const float* x, const WinogradShape& shape, const WinogradWorkspace& work, int64_t from, int64_t to) {
  if (shape.side == 4) InputsOf<4>(x, shape, work, from, to);
  else InputsOf<6>(x, shape, work, from, to);
}

template <int64_t Side, int64_t Tile>
HWY_INLINE void OutputsOf(const WinogradShape& shape, const WinogradWorkspace& work, const Epilogue& epilogue, float* y,
                          int64_t from, int64_t to) {
  const Floats d;
  const auto& s = shape.conv;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto between = work.tiles * s.outputs;
  const auto least = hn::Set(d, lower_bound(epilogue.activation));
  for (int64_t tile = from; tile < to; ++tile) {
    const auto place = PlaceOf(shape, work.first_tile + tile);
    const auto rows = std::min(Tile, s.rows_out - place.row);
    const auto columns = std::min(Tile, s.columns_out - place.column);
    const auto first = ((place.image * s.rows_out + place.row) * s.columns_out + place.column) * s.outputs;
    const auto* in = work.products + tile * s.outputs;
    for (int64_t o = 0; o < s.outputs; o += lanes) {
      Vector half[Tile * Side], column[Side], result[Tile];
      for (int64_t j = 0; j < Side; ++j) {
        for (int64_t i = 0; i < Side; ++i) column[i] = hn::LoadU(d, in + (i * Side + j) * between + o);
        TransformOutput<Side, Tile>(column, 1, result);
        for (int64_t i = 0; i < Tile; ++i) half[i * Side + j] = result[i];
      }
      const auto bias = epilogue.bias ? hn::LoadU(d, epilogue.bias + o) : hn::Zero(d);
      for (int64_t i = 0; i < rows; ++i) {
        TransformOutput<Side, Tile>(half + i * Side, 1, result);
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

void Outputs(const WinogradShape& shape, const WinogradWorkspace& work, const Epilogue& epilogue, float* y,
             int64_t from, int64_t to) {
  if (shape.side == 4) OutputsOf<4, 2>(shape, work, epilogue, y, from, to);
  else if (shape.tile() == 4) OutputsOf<6, 4>(shape, work, epilogue, y, from, to);
  else OutputsOf<6, 2>(shape, work, epilogue, y, from, to);
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(Inputs);
HWY_EXPORT(Outputs);

bool fits_winograd(const WinogradShape& shape) {
  const auto& s = shape.conv;
  return (s.kernel_rows == 3 || (s.kernel_rows == 5 && shape.side == 6)) && s.kernel_columns == s.kernel_rows &&
         s.stride_rows == 1 && s.stride_columns == 1 && s.dilation_rows == 1 && s.dilation_columns == 1 &&
         s.groups == 1 && s.channels % 16 == 0 && s.outputs % 16 == 0;
}

int64_t winograd_panels(const ConvShape& shape) {
  const auto width = panel_size(shape.outputs).width;
  return (shape.outputs + width - 1) / width;
}

int64_t winograd_weights(const WinogradShape& shape) {
  return shape.places() * shape.conv.outputs * shape.conv.channels;
}

void winograd_inputs(const float* x, const WinogradShape& shape, const WinogradWorkspace& work, int64_t from,
                     int64_t to) {
  HWY_DYNAMIC_DISPATCH(Inputs)(x, shape, work, from, to);
}

int64_t winograd_products(const WinogradShape& shape) { return shape.places() * winograd_panels(shape.conv); }

void winograd_multiply(const float* packed, const WinogradShape& shape, const WinogradWorkspace& work, int64_t from,
                       int64_t to) {
  const auto& s = shape.conv;
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

void winograd_outputs(const WinogradShape& shape, const WinogradWorkspace& work, const Epilogue& epilogue, float* y,
                      int64_t from, int64_t to) {
  HWY_DYNAMIC_DISPATCH(Outputs)(shape, work, epilogue, y, from, to);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE

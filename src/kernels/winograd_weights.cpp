#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/winograd_weights.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <algorithm>

#include "kernels/conv_winograd.h"
#include "kernels/packed_gemm.h"
#include "kernels/register_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

using Floats = hn::CappedTag<float, 16>;  // the numbers of outputs are multiples of 16
using Vector = hn::Vec<Floats>;

constexpr int64_t kMostWidth = 64;

/// Computes one column of G g: the polynomial with the weights as coefficients at the points 0, 1, -1 and, with 6
/// inputs, 2, -2, times a factor for each, and its last weight for infinity.
template <int64_t Side, int64_t Kernel>
HWY_INLINE void TransformWeights(const Vector* in, int64_t stride, Vector* out) {
  const Floats d;
  out[0] = Side == 4 ? in[0] : hn::Mul(hn::Set(d, 1.0f / 4), in[0]);
  for (int64_t point = 1; point < Side / 2; ++point) {
    const auto square = hn::Set(d, static_cast<float>(point * point));
    auto even = in[(Kernel - 1) * stride], odd = in[(Kernel - 2) * stride];
    for (int64_t k = Kernel - 3; k >= 0; k -= 2) even = hn::MulAdd(even, square, in[k * stride]);
    for (int64_t k = Kernel - 4; k >= 0; k -= 2) odd = hn::MulAdd(odd, square, in[k * stride]);
    const auto factor = hn::Set(d, Side == 4 ? 1.0f / 2 : point == 1 ? -1.0f / 6 : 1.0f / 24);
    odd = hn::Mul(odd, hn::Set(d, static_cast<float>(point)));
    out[2 * point - 1] = hn::Mul(factor, hn::Add(even, odd));
    out[2 * point] = hn::Mul(factor, hn::Sub(even, odd));
  }
  out[Side - 1] = in[(Kernel - 1) * stride];
}

/// U = G g G^T for the outputs of a panel. `to` points to the first channel of the panel.
template <int64_t Side, int64_t Kernel>
HWY_INLINE void PackPanel(const WeightView& weights, const ConvShape& s, int64_t begin, int64_t width, float* to) {
  static_assert(hn::MaxLanes(hn::ScalableTag<float>()) * kTileVectors <= kMostWidth);
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d)), between = s.outputs * s.channels;
  float taps[Kernel * Kernel][kMostWidth];  // of one channel
  for (int64_t c = 0; c < s.channels; ++c, to += width) {
    for (int64_t tap = 0; tap < Kernel * Kernel; ++tap)
      for (int64_t o = 0; o < width; ++o) taps[tap][o] = weights.at(begin + o, c, tap / Kernel, tap % Kernel);
    for (int64_t o = 0; o < width; o += lanes) {
      Vector g[Kernel * Kernel], half[Kernel * Side], column[Side];
      for (int64_t tap = 0; tap < Kernel * Kernel; ++tap) g[tap] = hn::LoadU(d, taps[tap] + o);
      for (int64_t i = 0; i < Kernel; ++i) TransformWeights<Side, Kernel>(g + i * Kernel, 1, half + i * Side);
      for (int64_t j = 0; j < Side; ++j) {
        TransformWeights<Side, Kernel>(half + j, Side, column);
        for (int64_t i = 0; i < Side; ++i) hn::StoreU(column[i], d, to + (i * Side + j) * between + o);
      }
    }
  }
}

void PackWinograd(const WeightView& weights, const WinogradShape& shape, int64_t panel_width, int64_t first,
                  int64_t end, float* to) {
  const auto& s = shape.conv;
  for (int64_t panel = first; panel < end; ++panel) {
    const auto begin = panel * panel_width, width = std::min(panel_width, s.outputs - begin);
    auto* out = to + begin * s.channels;
    if (shape.side == 4) PackPanel<4, 3>(weights, s, begin, width, out);
    else if (s.kernel_rows == 3) PackPanel<6, 3>(weights, s, begin, width, out);
    else PackPanel<6, 5>(weights, s, begin, width, out);
  }
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(PackWinograd);

void pack_winograd(const WeightView& weights, const WinogradShape& shape, int64_t first, int64_t end, float* to) {
  HWY_DYNAMIC_DISPATCH(PackWinograd)(weights, shape, panel_size(shape.conv.outputs).width, first, end, to);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE

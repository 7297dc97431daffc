#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/winograd_weights.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set: the compiler vectorises the loops over outputs.

#include <algorithm>

#include "kernels/conv_winograd.h"
#include "kernels/packed_gemm.h"
#include "kernels/register_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

/// The weights of a panel's outputs, contiguous, so that they are transformed together.
constexpr int64_t kMostWidth = 64, kMostKernel = 5, kMostSide = 6;
using Column = double[kMostWidth];

/// out = G in. G has the row [1, p, p^2, …] times a factor for each point p; the row of infinity picks the last weight.
void TransformWeightColumn(const Column* in, int64_t kernel, int64_t step, const WinogradShape& shape, int64_t width,
                           Column* out, int64_t out_step) {
  static constexpr double kPoint[5] = {0, 1, -1, 2, -2};
  static constexpr double kFactor[5] = {1.0 / 4, -1.0 / 6, -1.0 / 6, 1.0 / 24, 1.0 / 24};
  static constexpr double kFactorOf4[3] = {1, 1.0 / 2, 1.0 / 2};
  const auto* factor = shape.side == 4 ? kFactorOf4 : kFactor;
  const auto last = shape.side - 1;
  for (int64_t o = 0; o < width; ++o) {
    for (int64_t i = 0; i < last; ++i) {
      double sum = 0;
      for (int64_t k = kernel; k-- > 0;) sum = sum * kPoint[i] + in[k * step][o];
      out[i * out_step][o] = factor[i] * sum;
    }
    out[last * out_step][o] = in[(kernel - 1) * step][o];
  }
}

/// U = G g G^T for one channel.
void TransformWeights(const Column* g, const WinogradShape& shape, int64_t width, Column* out) {
  Column half[kMostSide * kMostKernel];
  const auto kernel = shape.conv.kernel_rows;
  for (int64_t j = 0; j < kernel; ++j) TransformWeightColumn(g + j, kernel, kernel, shape, width, half + j, kernel);
  for (int64_t i = 0; i < shape.side; ++i)
    TransformWeightColumn(half + i * kernel, kernel, 1, shape, width, out + i * shape.side, 1);
}

void PackWinograd(const float* weight, const WinogradShape& shape, int64_t panel_width, int64_t first, int64_t end,
                  float* to) {
  static_assert(hn::MaxLanes(hn::ScalableTag<float>()) * kTileVectors <= kMostWidth);
  Column g[kMostKernel * kMostKernel], of_channel[kMostSide * kMostSide];
  const auto& s = shape.conv;
  const auto taps = s.kernel_rows * s.kernel_columns;
  for (int64_t panel = first; panel < end; ++panel) {
    const auto begin = panel * panel_width, width = std::min(panel_width, s.outputs - begin);
    for (int64_t c = 0; c < s.channels; ++c) {
      for (int64_t o = 0; o < width; ++o)
        for (int64_t i = 0; i < taps; ++i) g[i][o] = weight[((begin + o) * s.channels + c) * taps + i];
      TransformWeights(g, shape, width, of_channel);
      for (int64_t place = 0; place < shape.places(); ++place) {
        auto* out = to + (place * s.outputs + begin) * s.channels + c * width;
        for (int64_t o = 0; o < width; ++o) out[o] = static_cast<float>(of_channel[place][o]);
      }
    }
  }
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(PackWinograd);

void pack_winograd(const float* weight, const WinogradShape& shape, int64_t first, int64_t end, float* to) {
  HWY_DYNAMIC_DISPATCH(PackWinograd)(weight, shape, panel_size(shape.conv.outputs).width, first, end, to);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE

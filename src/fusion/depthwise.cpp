#include "fusion/depthwise.h"

#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fusion/depthwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// Everything between these two is compiled once for each instruction set.
HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// The inputs of one output pixel, and the weights that they are multiplied with.
struct DepthwiseTaps {
  const float *const *inputs, *const *weights;
  int64_t count;
};

/// One vector of channels from `c` on, or one channel.
template <class D>
HWY_ATTR HWY_INLINE void DepthwiseAt(D d, const DepthwiseTaps& taps, int64_t c, const Finish& finish, float* y) {
  auto sum = finish.bias ? hn::LoadU(d, finish.bias + c) : hn::Zero(d);
  for (int64_t t = 0; t < taps.count; ++t)
    sum = hn::MulAdd(hn::LoadU(d, taps.inputs[t] + c), hn::LoadU(d, taps.weights[t] + c), sum);
  if (finish.residual) sum = hn::Add(sum, hn::LoadU(d, finish.residual + c));
  if (finish.relu) sum = hn::IfThenZeroElse(hn::Lt(sum, hn::Zero(d)), sum);  // a nan stays
  hn::StoreU(sum, d, y + c);
}

HWY_ATTR void DepthwisePixel(const float* const* inputs, const float* const* weights, int64_t count, const Finish& finish,
                             float* y, int64_t channels) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const DepthwiseTaps taps{inputs, weights, count};
  int64_t c = 0;
  for (; c + lanes <= channels; c += lanes) DepthwiseAt(d, taps, c, finish, y);
  for (; c < channels; ++c) DepthwiseAt(hn::CappedTag<float, 1>(), taps, c, finish, y);
}

}  // namespace
}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::detail {

HWY_EXPORT(DepthwisePixel);

void conv_depthwise(const float* x, const float* weights, const ConvShape& s, const Finish& finish, float* y,
                    int64_t first, int64_t end) {
  const auto taps = static_cast<size_t>(s.kernel_rows * s.kernel_columns);
  std::vector<const float*> inputs(taps), factors(taps);
  for (int64_t line = first; line < end; ++line) {
    const auto* image = x + line / s.rows_out * s.rows * s.columns * s.channels;
    const auto top = line % s.rows_out * s.stride_rows - s.padding_rows;
    for (int64_t column = 0; column < s.columns_out; ++column) {
      const auto left = column * s.stride_columns - s.padding_columns;
      size_t count = 0;
      for (int64_t i = 0; i < s.kernel_rows; ++i)
        for (int64_t j = 0; j < s.kernel_columns; ++j) {
          const auto row = top + i * s.dilation_rows, at = left + j * s.dilation_columns;
          if (row < 0 || row >= s.rows || at < 0 || at >= s.columns) continue;
          inputs[count] = image + (row * s.columns + at) * s.channels;
          factors[count++] = weights + (i * s.kernel_columns + j) * s.channels;
        }
      const auto to = (line * s.columns_out + column) * s.channels;
      const Finish of_pixel{finish.bias, finish.residual ? finish.residual + to : nullptr, finish.relu};
      HWY_DYNAMIC_DISPATCH(DepthwisePixel)
      (inputs.data(), factors.data(), static_cast<int64_t>(count), of_pixel, y + to, s.channels);
    }
  }
}

}  // namespace reszoo::detail
#endif  // HWY_ONCE

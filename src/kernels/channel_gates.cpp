#include "kernels/channel_gates.h"

#include <algorithm>
#include <vector>

#include "kernels/parallel_ranges.h"
#include "kernels/scale_shift.h"

namespace reszoo::kernels {

void channel_conv1d(const float* x, int64_t images, int64_t channels, const float* weight, int64_t kernel,
                    Activation activation, float* y) {
  const auto half = kernel / 2;
  for (int64_t image = 0; image < images; ++image, x += channels)
    for (int64_t c = 0; c < channels; ++c) {
      float sum = 0;
      const auto end = std::min(kernel, channels + half - c);
      for (int64_t k = std::max<int64_t>(half - c, 0); k < end; ++k) sum += weight[k] * x[c + k - half];
      y[image * channels + c] = sum;
    }
  activate(activation, y, images, channels, channels);
}

void scale_channels(const float* x, const float* gates, const float* residual, Activation activation, float* y,
                    int64_t images, int64_t pixels, int64_t channels, int64_t threads) {
  const std::vector<float> zeros(static_cast<size_t>(channels), 0.0f);
  parallel_ranges(threads, images * pixels, images * pixels * channels, [&](int64_t first, int64_t end) {
    while (first < end) {
      const auto image = first / pixels, count = std::min(end, (image + 1) * pixels) - first, at = first * channels;
      scale_shift(x + at, gates + image * channels, zeros.data(), residual ? residual + at : nullptr, activation,
                  y + at, {count, channels});
      first += count;
    }
  });
}

}  // namespace reszoo::kernels

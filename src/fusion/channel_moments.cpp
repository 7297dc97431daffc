#include <algorithm>

#include "fusion/channelwise.h"
#include "infer/deal.h"

namespace reszoo::detail {
namespace {

/// Pixels whose sums are kept in float32: so few that they lose nothing that matters.
constexpr int64_t kPixelsTogether = 64;

/// Sums of x - origin and of its squares over some pixels, added to `sum` and `squares`.
void add_sums(const float* x, const float* origin, int64_t pixels, int64_t channels, double* sum, double* squares) {
  std::vector<float> buffer(static_cast<size_t>(2 * channels));
  for (int64_t first = 0; first < pixels; first += kPixelsTogether) {
    std::fill(buffer.begin(), buffer.end(), 0.0f);
    auto *s = buffer.data(), *q = s + channels;
    for (int64_t p = first; p < std::min(pixels, first + kPixelsTogether); ++p) {
      const auto* in = x + p * channels;
      for (int64_t c = 0; c < channels; ++c) {
        const auto value = in[c] - origin[c];
        s[c] += value;
        q[c] += value * value;
      }
    }
    for (int64_t c = 0; c < channels; ++c) {
      sum[c] += s[c];
      squares[c] += q[c];
    }
  }
}

}  // namespace

void channel_moments(const float* x, const Maps& maps, double* mean, double* variance, int64_t threads) {
  const auto channels = maps.channels, pixels = maps.pixels();
  // Parts do not depend on the threads, nor do the results.
  const auto parts = std::clamp<int64_t>(maps.pixels() * channels / (1 << 15), 1, 16);
  std::vector<double> sums(static_cast<size_t>(maps.images * parts * 2 * channels), 0.0);
  const std::vector<float> zeros(static_cast<size_t>(channels), 0.0f);
  // Sums of differences from the first pixel do not cancel where the mean is far from 0.
  const auto origin = [&](int64_t image) { return mean ? x + image * pixels * channels : zeros.data(); };
  deal_out_numbers(threads, maps.images * parts, maps.elements(), [&](int64_t first, int64_t end) {
    for (int64_t i = first; i < end; ++i) {
      const auto image = i / parts, part = i % parts, begin = pixels * part / parts, stop = pixels * (part + 1) / parts;
      auto* sum = sums.data() + i * 2 * channels;
      add_sums(x + (image * pixels + begin) * channels, origin(image), stop - begin, channels, sum, sum + channels);
    }
  });
  const auto count = static_cast<double>(pixels);
  for (int64_t image = 0; image < maps.images; ++image)
    for (int64_t c = 0; c < channels; ++c) {
      double sum = 0, squares = 0;
      for (int64_t part = 0; part < parts; ++part) {
        const auto* of = sums.data() + (image * parts + part) * 2 * channels;
        sum += of[c];
        squares += of[channels + c];
      }
      const auto at = image * channels + c;
      const auto shifted = mean ? sum / count : 0.0;
      if (mean) mean[at] = shifted + static_cast<double>(origin(image)[c]);
      variance[at] = squares / count - shifted * shifted;
    }
}

}  // namespace reszoo::detail

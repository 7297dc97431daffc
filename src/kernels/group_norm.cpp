#include "kernels/group_norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/batch_norm.h"
#include "kernels/parallel_ranges.h"

namespace reszoo::kernels {
namespace {

/// The count, mean and sum of squared deviations of a set of elements.
struct Moments {
  double count = 0, mean = 0, squares = 0;

  void merge(const Moments& other) {
    const auto total = count + other.count, difference = other.mean - mean;
    mean += difference * other.count / total;
    squares += other.squares + difference * difference * count * other.count / total;
    count = total;
  }
};

/// Splits images into parts of pixels. The parts do not depend on the number of threads.
struct Parts {
  int64_t of_image, pixels;

  explicit Parts(const GroupNormShape& s)
      : of_image(std::clamp<int64_t>(s.pixels * s.channels / kElementsOfAThread, 1, std::max<int64_t>(s.pixels, 1))),
        pixels(s.pixels) {}
  Range range(int64_t part) const { return part_of(pixels, part % of_image, of_image); }
};

/// Computes the scale and shift of the channels of one image. `means` and `squares` are (parts, channels).
void fold_image(const GroupNormShape& s, const Parts& parts, const float* means, const float* squares,
                const float* weight, const float* bias, float* scale, float* shift) {
  const auto channels = s.channels / s.groups;
  for (int64_t group = 0; group < s.groups; ++group) {
    Moments moments;
    for (int64_t part = 0; part < parts.of_image; ++part)
      for (int64_t c = group * channels; c < (group + 1) * channels; ++c) {
        const auto at = part * s.channels + c;
        moments.merge({static_cast<double>(parts.range(part).size()), means[at], squares[at]});
      }
    const auto inverse = 1 / std::sqrt(moments.squares / moments.count + s.eps);
    for (int64_t c = group * channels; c < (group + 1) * channels; ++c) {
      const auto gain = weight ? weight[c] * inverse : inverse;
      scale[c] = static_cast<float>(gain);
      shift[c] = static_cast<float>((bias ? bias[c] : 0.0f) - moments.mean * gain);
    }
  }
}

}  // namespace

void group_norm(const float* x, const GroupNormShape& s, const float* weight, const Epilogue& epilogue, float* y,
                int64_t threads) {
  const Parts parts(s);
  const auto count = s.images * parts.of_image, elements = s.images * s.pixels * s.channels;
  if (elements == 0) return;
  std::vector<float> means(static_cast<size_t>(count * s.channels)), squares(means.size());
  std::vector<float> scale(static_cast<size_t>(s.images * s.channels)), shift(scale.size());
  const auto first_element = [&](int64_t part) {
    return (part / parts.of_image * s.pixels + parts.range(part).first) * s.channels;
  };
  parallel_ranges(threads, count, elements, [&](int64_t first, int64_t end) {
    for (int64_t part = first; part < end; ++part)
      norm_kernels<float>().moments(x + first_element(part), means.data() + part * s.channels,
                                    squares.data() + part * s.channels, {parts.range(part).size(), s.channels});
  });
  for (int64_t image = 0; image < s.images; ++image) {
    const auto at = image * parts.of_image * s.channels;
    fold_image(s, parts, means.data() + at, squares.data() + at, weight, epilogue.bias,
               scale.data() + image * s.channels, shift.data() + image * s.channels);
  }
  parallel_ranges(threads, count, elements, [&](int64_t first, int64_t end) {
    for (int64_t part = first; part < end; ++part) {
      const auto at = first_element(part), of_image = part / parts.of_image * s.channels;
      scale_shift(x + at, scale.data() + of_image, shift.data() + of_image,
                  epilogue.residual ? epilogue.residual + at : nullptr, epilogue.activation, y + at,
                  {parts.range(part).size(), s.channels});
    }
  });
}

}  // namespace reszoo::kernels

#include "resize.h"

#include <algorithm>

#include "resize_axis.h"
#include "resize_kernels.h"

namespace reszoo {
namespace {

using detail::Taps;

/// Writes the weights of one output as fixed-point numbers; `shares` is scratch memory.
void write_weights(int32_t* weights, const Axis& axis, int64_t i, const Filter& filter, std::vector<double>& shares) {
  shares_of(axis, i, filter, shares);
  for (const double share : shares) {
    const double scaled = share * (1 << detail::kWeightBits);
    *weights++ = static_cast<int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  }
}

/// Returns the taps of the computed outputs; inputs count from `origin`.
Taps taps_of(const Axis& axis, int64_t origin, const Filter& filter) {
  Taps taps;
  for (int64_t i = 0; i < axis.count; ++i) {
    const auto [first, last] = covered(axis, axis.begin + i, filter.support);
    taps.first.push_back(first - origin);
    taps.count = std::max(taps.count, last - first);
  }
  taps.weights.resize(static_cast<size_t>(axis.count * taps.count));
  std::vector<double> shares;
  for (int64_t i = 0; i < axis.count; ++i)
    write_weights(taps.weights.data() + i * taps.count, axis, axis.begin + i, filter, shares);
  detail::make_pairs(taps);
  return taps;
}

/// Resizes the rows of `part` along the axis of the columns, with the given number of channels. Rows are resized as
/// they are read, while they are in the cache.
ImageBuffer read_columns(const LazyImage& image, const Box& part, int64_t channels, const Axis& axis,
                         const Filter& filter) {
  if (axis.inputs == axis.outputs) return with_channels(image.read(part), channels);
  const auto taps = taps_of(axis, needed(axis, filter).first, filter);
  ImageBuffer result(part.height, axis.count, channels);
  int64_t row = 0;
  image.read_rows(part, 1, [&](const ImageBuffer& rows) {
    if (rows.channels == channels) detail::resize_columns(rows, taps, result, row);
    else detail::resize_columns(with_channels(rows, channels), taps, result, row);
    row += rows.height;
  });
  return result;
}

ImageBuffer resize_rows(ImageBuffer pixels, const Axis& axis, int64_t origin, const Filter& filter) {
  if (axis.inputs == axis.outputs) return pixels;
  ImageBuffer result(axis.count, pixels.width, pixels.channels);
  detail::resize_rows(pixels, taps_of(axis, origin, filter), result);
  return result;
}

/// A smaller copy of an image as a LazyImage.
class ScaledImage : public LazyImage {
 public:
  ScaledImage(const LazyImage& image, int64_t scale_denom) : image_(image), scale_denom_(scale_denom) {}
  int64_t height() const override { return (image_.height() + scale_denom_ - 1) / scale_denom_; }
  int64_t width() const override { return (image_.width() + scale_denom_ - 1) / scale_denom_; }
  int64_t channels() const override { return image_.channels(); }
  ImageBuffer read(const Box& box, int64_t) const override { return image_.read(box, scale_denom_); }
  void read_rows(const Box& box, int64_t, const TakeRows& take) const override {
    image_.read_rows(box, scale_denom_, take);
  }

 private:
  const LazyImage& image_;
  int64_t scale_denom_;
};

}  // namespace

ImageBuffer resize_part(const LazyImage& image, const Box& box, int64_t height, int64_t width, const Box& window,
                        int64_t channels, Interpolation interpolation) {
  const auto plan = resize_plan(box, height, width, window, interpolation);
  if (!plan.rows_first)
    return resize_rows(read_columns(image, plan.part, channels, plan.across, plan.filter), plan.down, plan.top,
                       plan.filter);
  const auto low = resize_rows(with_channels(image.read(plan.part), channels), plan.down, plan.top, plan.filter);
  return read_columns(InMemoryImage(low.bytes.data(), low.height, low.width, channels), {0, 0, low.height, low.width},
                      channels, plan.across, plan.filter);
}

ImageBuffer resize_roughly(const LazyImage& image, const Box& box, int64_t height, int64_t width, int64_t channels,
                           Interpolation interpolation) {
  int64_t scale_denom = image.max_scale_denom();
  while (scale_denom > 1 && (box.height / scale_denom < height || box.width / scale_denom < width)) scale_denom /= 2;
  const ScaledImage copy(image, scale_denom);
  const Box part{box.top / scale_denom, box.left / scale_denom, box.height / scale_denom, box.width / scale_denom};
  return resize_part(copy, part, height, width, {0, 0, height, width}, channels, interpolation);
}

}  // namespace reszoo

#include "reszoo/preprocess/image_transform.h"

#include <algorithm>

#include "resize.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

/// Returns a random crop of `height` x `width` from the image with black pixels on all sides.
template <typename Pixels>
Pixels padded_part(const Pixels& pixels, int64_t padding, int64_t height, int64_t width, Random& random) {
  const auto top = random.below(pixels.height + 2 * padding - height + 1) - padding;
  const auto left = random.below(pixels.width + 2 * padding - width + 1) - padding;
  Pixels part(height, width, pixels.channels);
  const auto begin = std::max<int64_t>(left, 0), end = std::min(left + width, pixels.width);
  for (int64_t y = std::max<int64_t>(-top, 0); y < height && top + y < pixels.height; ++y)
    if (begin < end)
      std::copy_n(pixels.row(top + y) + begin * pixels.channels, (end - begin) * pixels.channels,
                  part.row(y) + (begin - left) * pixels.channels);
  return part;
}

ImageValues resize_all_values(const LazyImage& image, const Box& box, int64_t height, int64_t width, int64_t channels,
                              Interpolation interpolation) {
  return resize_values(image, box, height, width, {0, 0, height, width}, channels, interpolation);
}

/// Returns a crop for training. `prepare` returns the image as in evaluation; `resize` resizes a box of it.
template <typename Prepare, typename Resize>
auto train_crop(const ImageTransform& transform, const LazyImage& image, Random& random, Prepare prepare,
                Resize resize) {
  const auto& preprocess = transform.preprocess;
  const auto [height, width] = preprocess.size_of(image.height(), image.width());
  if (transform.crop.kind == RandomCrop::Kind::padded)
    return padded_part(prepare(), transform.crop.padding, height, width, random);
  if (transform.crop.kind == RandomCrop::Kind::none) return prepare();
  return resize(image, transform.crop.draw(image.height(), image.width(), random), height, width, preprocess.channels,
                interpolation_of(preprocess.interpolation));
}

}  // namespace

void ImageTransform::write(const LazyImage& image, Random* random, float* to) const {
  if (!random) return preprocess.write(image, to);
  if (fits_in_bytes(image, preprocess.channels)) {
    auto pixels = train_crop(
        *this, image, *random, [&] { return preprocess.prepare(image); }, resize_roughly);
    preprocess.normalise(augment(std::move(pixels), *random), to);
  } else {
    auto values = train_crop(
        *this, image, *random, [&] { return preprocess.prepare_values(image); }, resize_all_values);
    preprocess.normalise(augment(std::move(values), *random), to);
  }
  const auto [height, width] = preprocess.size_of(image.height(), image.width());
  augment.erase_from(to, height, width, preprocess.channels, *random);
}

Examples image_examples(ImageSource source, int64_t count, const ImageTransform& transform, int64_t height,
                        int64_t width) {
  if (!transform.preprocess.crop && !transform.preprocess.squash && (height <= 0 || width <= 0))
    fail(ErrorKind::usage, "image_examples: images of different sizes need a crop");
  const auto size = transform.preprocess.size_of(std::max<int64_t>(height, 1), std::max<int64_t>(width, 1));
  return {.count = count,
          .shape = {transform.preprocess.channels, size.first, size.second},
          .write = [source = std::move(source), transform](int64_t row, Random* random, float* to) {
            transform.write(*source(row), random, to);
          }};
}

}  // namespace reszoo

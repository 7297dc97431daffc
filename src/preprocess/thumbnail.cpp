#include "reszoo/preprocess/thumbnail.h"

#include <algorithm>

#include "resize.h"

namespace reszoo {

ImageBuffer thumbnail(const LazyImage& image, int64_t longest) {
  const auto side = std::max(image.height(), image.width());
  if (side <= longest) return image.read(image.whole());
  const auto small = [&](int64_t length) { return std::max<int64_t>((length * longest + side / 2) / side, 1); };
  return resize_roughly(image, image.whole(), small(image.height()), small(image.width()), 3, Interpolation::bilinear);
}

}  // namespace reszoo

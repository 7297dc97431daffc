#include "reszoo/preprocess/thumbnail.h"

#include <algorithm>

#include "resize.h"

namespace reszoo {

ImageBuffer thumbnail(const LazyImage& image, int64_t longest) {
  const auto side = std::max(image.height(), image.width());
  const bool fits = side <= longest;
  const auto small = [&](int64_t length) {
    return fits ? length : std::max<int64_t>((length * longest + side / 2) / side, 1);
  };
  const auto height = small(image.height()), width = small(image.width());
  if (!fits_in_bytes(image, 3))
    return stretched(resize_values(image, image.whole(), height, width, {0, 0, height, width}, image.bands(),
                                   Interpolation::bilinear));
  if (fits) return image.read(image.whole());
  return resize_roughly(image, image.whole(), height, width, 3, Interpolation::bilinear);
}

}  // namespace reszoo

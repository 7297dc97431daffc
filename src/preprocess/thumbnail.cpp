#include "reszoo/preprocess/thumbnail.h"

#include <algorithm>

#include "resize.h"

namespace reszoo {

Pixels thumbnail(const Picture& picture, int64_t longest) {
  const auto side = std::max(picture.height(), picture.width());
  if (side <= longest) return picture.read(picture.whole());
  const auto small = [&](int64_t length) { return std::max<int64_t>((length * longest + side / 2) / side, 1); };
  return resize_roughly(picture, picture.whole(), small(picture.height()), small(picture.width()), 3,
                        Interpolation::bilinear);
}

}  // namespace reszoo

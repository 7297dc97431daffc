/// Limits the size of images.
#pragma once
#include <cstdint>

#include "reszoo/base/error.h"

namespace reszoo {

/// Throws: Error (file) that names an image whose header declares gigabytes of pixels.
inline void check_image_size(int64_t height, int64_t width, const std::string& name) {
  constexpr int64_t kMostPixels = int64_t{1} << 29;
  if (height * width > kMostPixels)
    fail(ErrorKind::file, "{}: an image of {} x {} pixels is too large", name, width, height);
}

}  // namespace reszoo

/// Limits the size of images.
#pragma once
#include <cstdint>

#include "reszoo/base/error.h"

namespace reszoo {

/// Throws: Error (file) that names an image whose header declares no pixels, or gigabytes of them.
inline void check_image_size(int64_t height, int64_t width, const std::string& name, int64_t bands = 1) {
  constexpr int64_t kMostPixels = int64_t{1} << 29, kMostValues = int64_t{1} << 31;
  if (height < 1 || width < 1 || bands < 1) fail(ErrorKind::file, "{}: an image without pixels", name);
  if (height > kMostPixels / width || height * width > kMostValues / bands)
    fail(ErrorKind::file, "{}: an image of {} x {} pixels and {} channels is too large", name, width, height, bands);
}

}  // namespace reszoo

// Writes PNG files with libpng.
#pragma once
#include <png.h>

#include <cstdint>
#include <string>

namespace reszoo::test {

/// Returns a PNG file of pixels without gaps; `format` is one of libpng's PNG_FORMAT_*.
inline std::string png_file(const void* pixels, uint32_t width, uint32_t height, uint32_t format) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = format;
  png_alloc_size_t size = 0;
  png_image_write_to_memory(&image, nullptr, &size, 0, pixels, 0, nullptr);
  std::string bytes(size, '\0');
  png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels, 0, nullptr);
  return bytes.substr(0, size);
}

}  // namespace reszoo::test

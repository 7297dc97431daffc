#include "reszoo/data/encode.h"

#include <png.h>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

[[noreturn]] void cannot(png_image& image) {
  const std::string message = image.message;
  png_image_free(&image);
  fail(ErrorKind::usage, "encode_png: {}", message);
}

}  // namespace

std::string encode_png(const ImageBuffer& pixels) {
  const auto& [height, width, channels, bytes] = pixels;
  if (height < 1 || width < 1 || (channels != 1 && channels != 3))
    fail(ErrorKind::usage, "encode_png: needs pixels of 1 or 3 channels, got {}x{} of channels={}", height, width,
         channels);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.height = static_cast<png_uint_32>(height);
  image.width = static_cast<png_uint_32>(width);
  image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = 0;  // the first call computes the number of bytes
  if (!png_image_write_get_memory_size(image, size, 0, bytes.data(), 0, nullptr)) cannot(image);
  std::string png(size, '\0');
  if (!png_image_write_to_memory(&image, png.data(), &size, 0, bytes.data(), 0, nullptr)) cannot(image);
  png.resize(size);
  return png;
}

}  // namespace reszoo

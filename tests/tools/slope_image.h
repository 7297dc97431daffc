// A picture for the tools to read.
#pragma once
#include <png.h>
#include <torch/types.h>

#include <string>

namespace reszoo::test {

/// Writes an image of slopes, 60 x 50, as PNG.
inline at::Tensor put_image(const std::string& path) {
  const auto pixels = torch::arange(50 * 60 * 3).remainder(251).to(torch::kUInt8).view({50, 60, 3}).contiguous();
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = 60;
  image.height = 50;
  image.format = PNG_FORMAT_RGB;
  png_image_write_to_file(&image, path.c_str(), 0, pixels.const_data_ptr(), 0, nullptr);
  return pixels;
}

}  // namespace reszoo::test

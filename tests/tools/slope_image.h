// A picture for the tools to read.
#pragma once
#include <torch/types.h>

#include <string>

#include "reszoo/base/atomic_file.h"
#include "support/png.h"

namespace reszoo::test {

/// Writes an image of slopes, 60 x 50, as PNG.
inline at::Tensor put_image(const std::string& path) {
  const auto pixels = torch::arange(50 * 60 * 3).remainder(251).to(torch::kUInt8).view({50, 60, 3}).contiguous();
  write_file(path, png_file(pixels.const_data_ptr(), 60, 50, PNG_FORMAT_RGB));
  return pixels;
}

}  // namespace reszoo::test

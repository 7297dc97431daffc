// A folder of small JPEG files.
#pragma once
#include "small_data.h"
#include "support/jpeg.h"

namespace reszoo::test {

/// Folders `bright` and `dark` of small JPEG files of several sizes.
inline void put_jpegs(const std::filesystem::path& folder) {
  for (int i = 0; i < 40; ++i) {
    const auto* name = i % 2 ? "bright" : "dark";
    const size_t width = 14 + static_cast<size_t>(i % 5);
    std::vector<uint8_t> pixels(3 * width * 15);
    for (size_t p = 0; p < pixels.size(); ++p)
      pixels[p] = static_cast<uint8_t>((i % 2) * 100 + (i * 31 + static_cast<int>(p) * 17) % 120);
    std::filesystem::create_directories(folder / name);
    write_file(folder / name / fmt::format("{:02}.jpg", i), jpeg(pixels, static_cast<int>(width)));
  }
}

}  // namespace reszoo::test

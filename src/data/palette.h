/// Colours that pixels refer to by number.
#pragma once
#include <array>
#include <cstdint>

#include "reszoo/preprocess/image_buffer.h"

namespace reszoo {

/// The colours of up to 256 numbers. A number without a colour is the gray of that value, as in Pillow.
class Palette {
 public:
  Palette() {
    for (size_t i = 0; i < colours_.size(); ++i) colours_[i].fill(static_cast<uint8_t>(i));
  }
  void set(size_t number, uint8_t red, uint8_t green, uint8_t blue) { colours_[number] = {red, green, blue}; }

  /// Looks up `count` numbers.
  void look_up(const uint8_t* numbers, int64_t count, uint8_t* rgb) const {
    for (int64_t i = 0; i < count; ++i)
      for (const auto value : colours_[numbers[i]]) *rgb++ = value;
  }

  /// Looks up an image of numbers.
  ImageBuffer look_up(const ImageBuffer& numbers) const {
    ImageBuffer pixels(numbers.height, numbers.width, 3);
    look_up(numbers.bytes.data(), numbers.height * numbers.width, pixels.bytes.data());
    return pixels;
  }

 private:
  std::array<std::array<uint8_t, 3>, 256> colours_;
};

}  // namespace reszoo

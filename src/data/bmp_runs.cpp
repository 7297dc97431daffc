#include "bmp_runs.h"

#include <cstdint>

namespace reszoo {
namespace {

/// Writes pixels from the last row up; those outside the image are dropped.
class BmpRows {
 public:
  BmpRows(int64_t height, int64_t width) : image(height, width, 1) {}

  void put(uint8_t number) {
    if (x_ < image.width && y_ < image.height) image.row(image.height - 1 - y_)[x_] = number;
    ++x_;
  }
  void move(int64_t right, int64_t up) {
    x_ += right;
    y_ += up;
  }
  void end_line() { move(-x_, 1); }
  bool is_full() const { return y_ >= image.height || (y_ == image.height - 1 && x_ >= image.width); }

  ImageBuffer image;

 private:
  int64_t x_ = 0, y_ = 0;
};

/// Returns pixel `i` of a run or of literal bytes.
uint8_t number_of(uint8_t byte, int64_t i, bool half_bytes) {
  if (!half_bytes) return byte;
  return static_cast<uint8_t>(i % 2 == 0 ? byte >> 4 : byte & 15);
}

}  // namespace

std::optional<ImageBuffer> read_bmp_runs(std::string_view runs, int64_t height, int64_t width, bool half_bytes) {
  constexpr uint8_t kEndOfLine = 0, kEndOfImage = 1, kMove = 2;
  BmpRows rows(height, width);
  const auto byte = [&](size_t at) { return static_cast<uint8_t>(runs[at]); };
  for (size_t at = 0; at + 2 <= runs.size();) {
    const auto count = byte(at), value = byte(at + 1);
    at += 2;
    if (count > 0) {
      for (int64_t i = 0; i < count; ++i) rows.put(number_of(value, i, half_bytes));
    } else if (value == kEndOfLine) {
      rows.end_line();
    } else if (value == kEndOfImage) {
      return rows.image;
    } else if (value == kMove) {
      if (at + 2 > runs.size()) break;
      rows.move(byte(at), byte(at + 1));
      at += 2;
    } else {
      const auto size = half_bytes ? (size_t{value} + 1) / 2 : size_t{value};
      if (at + size > runs.size()) break;
      for (int64_t i = 0; i < value; ++i)
        rows.put(number_of(byte(at + static_cast<size_t>(half_bytes ? i / 2 : i)), i, half_bytes));
      at += (size + 1) / 2 * 2;  // padded to 16 bits
    }
  }
  if (rows.is_full()) return rows.image;
  return std::nullopt;
}

}  // namespace reszoo

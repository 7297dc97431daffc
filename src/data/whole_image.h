/// An image of a format that is decoded as a whole.
#pragma once
#include <memory>
#include <string>

#include "orientation.h"
#include "reszoo/base/bytes.h"
#include "reszoo/base/error.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// The header of an image as it is stored, before it is turned upright.
struct ImageHeader {
  int64_t height = 0, width = 0;
  int64_t channels = 3;  ///< 1, 3 or 0, as LazyImage::channels
  int64_t bands = 3;
  bool deep = false;
  int orientation = 1;  ///< as in EXIF
};

/// Knows its header; `decode` gives all stored pixels, and, for a format with other channels than gray and RGB bytes,
/// `decode_values` the values of all bands.
class WholeImage : public LazyImage {
 public:
  int64_t height() const override { return swaps_sides(header_.orientation) ? header_.width : header_.height; }
  int64_t width() const override { return swaps_sides(header_.orientation) ? header_.height : header_.width; }
  int64_t channels() const override { return header_.channels; }
  int64_t bands() const override { return header_.bands; }
  bool is_deep() const override { return header_.deep; }
  std::string name() const override { return name_; }

  ImageBuffer read(const Box& box, int64_t = 1) const override { return part_of(decode(), box); }
  ImageValues read_values(const Box& box) const override { return part_of(decode_values(), box); }

 protected:
  WholeImage(Bytes bytes, std::string name) : bytes_(std::move(bytes)), name_(std::move(name)) {}

  virtual ImageBuffer decode() const = 0;
  virtual ImageValues decode_values() const { return values_of(decode()); }

  [[noreturn]] void damaged(const char* format, const std::string& why) const {
    fail(ErrorKind::file, "{}: damaged {}: {}", name_, format, why);
  }

  Bytes bytes_;
  std::string name_;
  ImageHeader header_;

 private:
  template <typename Pixels>
  Pixels part_of(Pixels pixels, const Box& box) const {
    const auto stored = stored_box(box, header_.height, header_.width, header_.orientation);
    if (stored != Box{0, 0, pixels.height, pixels.width}) pixels = cut(pixels, stored);
    return upright(std::move(pixels), header_.orientation);
  }
};

}  // namespace reszoo

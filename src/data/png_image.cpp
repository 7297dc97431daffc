#include "png_image.h"

#include <png.h>

#include "image_limits.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

/// libpng's state with the header read.
class Reader {
 public:
  Reader(std::string_view bytes, const std::string& name) : name_(name) {
    image_.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&image_, bytes.data(), bytes.size())) damaged();
    image_.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // not linear light, which libpng silently assumes for 16 bits
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { png_image_free(&image_); }

  int64_t height() const { return image_.height; }
  int64_t width() const { return image_.width; }
  bool grey() const { return (image_.format & (PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_COLORMAP)) == 0; }
  bool alpha() const { return (image_.format & PNG_FORMAT_FLAG_ALPHA) != 0; }

  /// Returns all pixels in an 8-bit format.
  std::vector<uint8_t> read(png_uint_32 format) {
    image_.format = format;
    std::vector<uint8_t> bytes(PNG_IMAGE_SIZE(image_));
    if (!png_image_finish_read(&image_, nullptr, bytes.data(), 0, nullptr)) damaged();
    return bytes;
  }

 private:
  [[noreturn]] void damaged() {
    const std::string message = image_.message;
    fail(ErrorKind::file, "{}: damaged PNG: {}", name_, message);
  }

  png_image image_{};
  const std::string& name_;
};

class Png : public LazyImage {
 public:
  Png(Bytes bytes, std::string name) : bytes_(std::move(bytes)), name_(std::move(name)) {
    const Reader reader(bytes_.view(), name_);
    height_ = reader.height();
    width_ = reader.width();
    check_image_size(height_, width_, name_);
  }
  int64_t height() const override { return height_; }
  int64_t width() const override { return width_; }

  ImageBuffer read(const Box& box, int64_t scale_denom = 1) const override {
    Reader reader(bytes_.view(), name_);
    const int64_t channels = reader.grey() ? 1 : 3;
    // Alpha is read and then dropped: without requesting it, libpng blends the colours.
    const bool alpha = reader.alpha();
    const auto bytes = reader.read(channels == 1 ? (alpha ? PNG_FORMAT_GA : PNG_FORMAT_GRAY)
                                   : alpha       ? PNG_FORMAT_RGBA
                                                 : PNG_FORMAT_RGB);
    if (!alpha) return InMemoryImage(bytes.data(), height_, width_, channels).read(box, scale_denom);
    ImageBuffer opaque(height_, width_, channels);
    for (int64_t i = 0; i < height_ * width_; ++i)
      for (int64_t c = 0; c < channels; ++c)
        opaque.bytes[static_cast<size_t>(i * channels + c)] = bytes[static_cast<size_t>(i * (channels + 1) + c)];
    return InMemoryImage(opaque.bytes.data(), height_, width_, channels).read(box, scale_denom);
  }

 private:
  Bytes bytes_;
  std::string name_;
  int64_t height_ = 0, width_ = 0;
};

}  // namespace

std::unique_ptr<LazyImage> open_png(Bytes bytes, const std::string& name) {
  return std::make_unique<Png>(std::move(bytes), name);
}

}  // namespace reszoo

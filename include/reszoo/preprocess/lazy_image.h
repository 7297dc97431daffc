/// An image whose pixels are decoded on demand.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "reszoo/preprocess/image_buffer.h"
#include "reszoo/preprocess/image_values.h"

namespace reszoo {

/// A rectangle of pixels within an image.
struct Box {
  int64_t top = 0, left = 0, height = 0, width = 0;

  bool operator==(const Box&) const = default;
};

/// An image of a known size whose pixels are decoded on demand. A caller that needs only a part of them or a smaller
/// copy can request that, which costs less for some formats.
class LazyImage {
 public:
  /// Receives the next rows of a region, from the top. The rows are valid only during the call.
  using TakeRows = std::function<void(const ImageBuffer& rows)>;

  virtual ~LazyImage() = default;

  virtual int64_t height() const = 0;  ///< pixels
  virtual int64_t width() const = 0;   ///< pixels

  /// Returns 1 for a gray image and 3 for colours, both with or without alpha. Returns 0 for an image that is neither,
  /// such as a satellite's bands or a stack of pages.
  virtual int64_t channels() const = 0;

  /// Returns the number of channels that are stored, with alpha and inks: those of `read_values`.
  virtual int64_t bands() const { return channels(); }

  /// Returns whether bytes would lose what the samples hold: gray of 16 bits, floating point.
  virtual bool is_deep() const { return false; }

  /// Returns the name for messages, such as the path.
  virtual std::string name() const { return "image"; }

  /// Returns the largest denominator by which `read` can scale the image down while decoding: 1 if it cannot, 8 if it
  /// can produce copies with sides of one eighth.
  virtual int64_t max_scale_denom() const { return 1; }

  /// Returns the pixels of a box of the image, or of its copy with sides 1 / `scale_denom` as long, rounded up;
  /// `scale_denom` is 1, 2, 4 or 8. Gray images have one channel, all others three. Of a stack it is the first page.
  /// Throws: Error (file) for a damaged file; Error (input) for an image that is neither gray nor of colours.
  virtual ImageBuffer read(const Box& box, int64_t scale_denom = 1) const = 0;

  /// Returns all channels of a box as they are stored, as numbers: integers are divided by the largest value of their
  /// type (a byte by 255, 16 bits by 65535), floating point is not scaled.
  /// Shape: (box.height, box.width, bands()).
  /// Throws: Error (file) for a damaged file, or a value that is not finite.
  virtual ImageValues read_values(const Box& box) const { return values_of(read(box)); }

  /// Reads the same pixels as `read`, a few rows at a time if the format allows it, so that they are still in the cache
  /// when `take` is called.
  virtual void read_rows(const Box& box, int64_t scale_denom, const TakeRows& take) const {
    take(read(box, scale_denom));
  }

  Box whole() const { return {0, 0, height(), width()}; }
};

/// Returns whether a network with this many channels takes the gray or the RGB values of an image.
inline bool is_gray_or_rgb(int64_t channels) { return channels == 1 || channels == 3; }

/// An image whose pixels are already in the caller's memory, a byte a channel, without gaps between rows.
class InMemoryImage : public LazyImage {
 public:
  /// `first` points to height * width * channels bytes, which must outlive this object.
  InMemoryImage(const uint8_t* first, int64_t height, int64_t width, int64_t channels)
      : first_(first), height_(height), width_(width), channels_(channels) {}
  int64_t height() const override { return height_; }
  int64_t width() const override { return width_; }
  int64_t channels() const override { return is_gray_or_rgb(channels_) ? channels_ : 0; }
  int64_t bands() const override { return channels_; }
  ImageBuffer read(const Box& box, int64_t scale_denom = 1) const override;

 private:
  const uint8_t* first_;
  int64_t height_, width_, channels_;
};

/// An image whose values are in memory: bands, floating point. A byte's 255 is 1.
class InMemoryValues : public LazyImage {
 public:
  explicit InMemoryValues(ImageValues image) : image_(std::move(image)) {}
  int64_t height() const override { return image_.height; }
  int64_t width() const override { return image_.width; }
  int64_t channels() const override { return is_gray_or_rgb(image_.channels) ? image_.channels : 0; }
  int64_t bands() const override { return image_.channels; }
  bool is_deep() const override { return true; }
  /// Returns bytes for display: values are cut to 0 … 1.
  ImageBuffer read(const Box& box, int64_t scale_denom = 1) const override;
  ImageValues read_values(const Box& box) const override;

 private:
  ImageValues image_;
};

/// Opens an image by its index, from 0. It is called concurrently from several threads.
using ImageSource = std::function<std::unique_ptr<LazyImage>(int64_t row)>;

/// Returns whether all that the image has for a network of so many channels is in its bytes.
bool fits_in_bytes(const LazyImage& image, int64_t channels);

/// Returns the values of a box for a network of so many channels: the stored ones if there are as many, else gray or
/// RGB values, which are converted into each other. Throws: Error (input) that names an image with another number of
/// channels.
ImageValues read_values(const LazyImage& image, const Box& box, int64_t channels);

/// Converts pixels to 1 or 3 channels: gray is repeated, RGB becomes ITU-R 601-2 luma, rounded as Pillow does.
ImageBuffer with_channels(ImageBuffer pixels, int64_t channels);

}  // namespace reszoo

/// An image before its pixels are needed.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "reszoo/preprocess/image_buffer.h"

namespace reszoo {

/// A rectangle of pixels within an image.
struct Box {
  int64_t top = 0, left = 0, height = 0, width = 0;

  bool operator==(const Box&) const = default;
};

/// An image of a known size, whose pixels are made when they are asked for: only
/// those of a part, or of a smaller copy, where that is less work.
class LazyImage {
 public:
  /// Takes the next rows of a part, from the top; their memory is the giver's again then.
  using TakeRows = std::function<void(const ImageBuffer& rows)>;

  virtual ~LazyImage() = default;

  virtual int64_t height() const = 0;  ///< pixels
  virtual int64_t width() const = 0;   ///< pixels

  /// The smallest copy that can be read for less work: 1 is the image itself, 8
  /// one of an eighth of its sides.
  virtual int64_t most_shrink() const { return 1; }

  /// The pixels of a box of the image, or of its copy with sides a `shrink`-th as
  /// long, rounded up; `shrink` is 1, 2, 4 or 8. Grey images have one channel.
  /// Throws: Error (file) for a damaged file.
  virtual ImageBuffer read(const Box& box, int64_t shrink = 1) const = 0;

  /// The same, some rows at a time where that is less work: they are still in the cache then.
  virtual void read_rows(const Box& box, int64_t shrink, const TakeRows& take) const { take(read(box, shrink)); }

  Box whole() const { return {0, 0, height(), width()}; }
};

/// Pixels in the caller's memory: a grey or RGB image without gaps between rows.
class InMemoryImage : public LazyImage {
 public:
  /// `first`: height * width * channels bytes that outlive this.
  InMemoryImage(const uint8_t* first, int64_t height, int64_t width, int64_t channels)
      : first_(first), height_(height), width_(width), channels_(channels) {}
  int64_t height() const override { return height_; }
  int64_t width() const override { return width_; }
  ImageBuffer read(const Box& box, int64_t shrink = 1) const override;

 private:
  const uint8_t* first_;
  int64_t height_, width_, channels_;
};

/// Images by number, from 0. Called from several threads at once.
using ImageSource = std::function<std::unique_ptr<LazyImage>(int64_t row)>;

/// The pixels with 1 or 3 channels: grey is repeated, RGB becomes ITU-R 601-2 luma as
/// Pillow rounds it.
ImageBuffer with_channels(ImageBuffer pixels, int64_t channels);

}  // namespace reszoo

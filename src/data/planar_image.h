/// Images of data sets in memory. Private.
#pragma once
#include <ATen/core/Tensor.h>

#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// An image of an in-memory data set. Its colour planes are interleaved when it is read.
class PlanarImage : public LazyImage {
 public:
  explicit PlanarImage(at::Tensor planes) : planes_(std::move(planes)) {}
  int64_t height() const override { return planes_.size(1); }
  int64_t width() const override { return planes_.size(2); }
  int64_t channels() const override { return planes_.size(0); }
  ImageBuffer read(const Box& box, int64_t) const override {
    const auto channels = planes_.size(0);
    ImageBuffer pixels(box.height, box.width, channels);
    const auto* first = planes_.const_data_ptr<uint8_t>();
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t y = 0; y < box.height; ++y) {
        const auto* from = first + (c * height() + box.top + y) * width() + box.left;
        auto* to = pixels.row(y) + c;
        for (int64_t x = 0; x < box.width; ++x) to[x * channels] = from[x];
      }
    return pixels;
  }

 private:
  at::Tensor planes_;  // (C, H, W)
};

}  // namespace reszoo

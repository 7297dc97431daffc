// Prepares images as tensors.
#include <torch/types.h>

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/image_preprocess.h"

namespace reszoo {
namespace {

/// Returns an image of a size that `write` fills, channels-last, as (1, C, H, W).
template <typename Image>
Tensor prepared(const ImagePreprocess& preprocess, const Image& image, int64_t rows, int64_t columns) {
  const auto [height, width] = preprocess.size_of(rows, columns);
  auto result = torch::empty({1, height, width, preprocess.channels});
  preprocess.write(image, result.mutable_data_ptr<float>());
  return result.permute({0, 3, 1, 2}).contiguous();
}

}  // namespace

Tensor ImagePreprocess::operator()(const LazyImage& image) const {
  check();
  if (image.height() <= 0 || image.width() <= 0)
    fail(ErrorKind::input, "{}: must have pixels, got height={}, width={}", image.name(), image.height(),
         image.width());
  return prepared(*this, image, image.height(), image.width());
}

Tensor ImagePreprocess::operator()(const ImageView& image) const {
  // An invalid view has no size, and is refused by `write`.
  return prepared(*this, image, std::max<int64_t>(image.height, 1), std::max<int64_t>(image.width, 1));
}

Tensor ImagePreprocess::operator()(const Tensor& images) const {
  check();
  const bool values = images.is_floating_point();
  if (images.dim() != 4 || (!values && images.scalar_type() != torch::kUInt8) || images.numel() == 0)
    fail(ErrorKind::input, "ImagePreprocess: must have uint8 or floating point (N, C, H, W), got {} {}",
         c10::toString(images.scalar_type()), fmt::join(images.sizes(), "x"));
  const auto height = images.size(2), width = images.size(3), planes = images.size(1);
  const auto [rows, columns] = size_of(height, width);
  // Usually already in this memory format, so no copy.
  const auto pixels = images.to(values ? torch::kFloat : torch::kUInt8).permute({0, 2, 3, 1}).contiguous();
  auto result = torch::empty({images.size(0), rows, columns, channels});
  for (int64_t i = 0; i < images.size(0); ++i) {
    auto* to = result.mutable_data_ptr<float>() + i * rows * columns * channels;
    if (values) {
      ImageValues image(height, width, planes);
      std::copy_n(pixels[i].const_data_ptr<float>(), image.values.size(), image.values.begin());
      write(InMemoryValues(std::move(image)), to);
    } else {
      write(ImageView{pixels[i].const_data_ptr<uint8_t>(), height, width, planes}, to);
    }
  }
  return result.permute({0, 3, 1, 2}).contiguous();
}

}  // namespace reszoo

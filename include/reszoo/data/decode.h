/// Decodes JPEG and PNG images.
#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "reszoo/base/bytes.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

using at::Tensor;

/// Opens an image: its header is read now, its pixels on demand. The format is detected from the content.
///
/// Gray images have one channel, all others three: a palette is looked up, CMYK is converted, and alpha is dropped as
/// PIL's convert("RGB") does. A JPEG is rotated upright according to its EXIF orientation, as PIL's exif_transpose
/// does.
///
///     const auto image = open_image("cat.jpg");
///     const auto input = imagenet_preprocess()(*image);  // (1, 3, 224, 224)
///
/// Throws: Error (file) that names the file if it is neither JPEG nor PNG, or is damaged or truncated.
/// Differs: from PIL for a PNG that contains a gamma value, which is applied here, and for 16-bit gray images, where
/// PIL clips all values above 255.
std::unique_ptr<LazyImage> open_image(const std::filesystem::path& path);

/// Opens the encoded bytes of an image in memory. `name` identifies the image in error messages.
std::unique_ptr<LazyImage> open_image(Bytes bytes, const std::string& name);

/// Decodes all pixels as RGB. Shape: (H, W, 3) uint8.
Tensor decode_image(const std::filesystem::path& path);
Tensor decode_image(const LazyImage& image);
Tensor decode_image(std::string_view bytes, const std::string& name);

/// Returns whether the bytes begin like a JPEG or PNG file.
bool is_image(std::string_view bytes);

}  // namespace reszoo

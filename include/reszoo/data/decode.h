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

/// Opens an image: its header is read now, its pixels when they are asked for. The format is recognised by content.
///
/// Gray images have one channel, all others three: a palette is looked up, CMYK is converted, alpha is dropped as PIL's
/// convert("RGB") does. A JPEG is turned upright according to its EXIF orientation, as PIL's exif_transpose does.
///
///     const auto image = open_image("cat.jpg");
///     const auto input = imagenet_preprocess()(*image);  // (1, 3, 224, 224)
///
/// Throws: Error (file) that names the file if it is neither JPEG nor PNG, or is damaged or cut off.
/// Differs: from PIL for a PNG with its own gamma, which is applied here, and for gray images of 16 bits, of which PIL
/// cuts off all values above 255.
std::unique_ptr<LazyImage> open_image(const std::filesystem::path& path);

/// Opens the encoded bytes of an image in memory; messages call them `name`.
std::unique_ptr<LazyImage> open_image(Bytes bytes, const std::string& name);

/// Decodes all pixels as RGB. Shape: (H, W, 3) uint8.
Tensor decode_image(const std::filesystem::path& path);
Tensor decode_image(const LazyImage& image);
Tensor decode_image(std::string_view bytes, const std::string& name);

/// Whether the bytes begin as a JPEG or PNG file does.
bool is_image(std::string_view bytes);

}  // namespace reszoo

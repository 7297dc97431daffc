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

/// Opens an image: its head is read, its pixels when they are asked for. The format is told
/// by content.
///
/// Grey images have one channel, all others three: a palette is looked up, CMYK converted,
/// alpha dropped as PIL's convert("RGB") does. A JPEG is upright whatever its EXIF orientation,
/// as PIL's exif_transpose makes it.
///
/// Throws: Error (file) naming the file when it is neither JPEG nor PNG, or is
/// damaged or cut off.
/// Differs: from PIL for a PNG with a gamma of its own, which is honoured here, and for grey
/// of 16 bits, of which PIL cuts off all above 255.
std::unique_ptr<LazyImage> open_image(const std::filesystem::path& path);

/// The same of bytes in memory; messages name them `name`.
std::unique_ptr<LazyImage> open_image(Bytes bytes, const std::string& name);

/// All pixels as RGB. Shape: (H, W, 3) uint8.
Tensor decode_image(const std::filesystem::path& path);
Tensor decode_image(const LazyImage& image);
Tensor decode_image(std::string_view bytes, const std::string& name);

/// Whether the bytes begin as a JPEG or PNG file does.
bool is_image(std::string_view bytes);

}  // namespace reszoo

/// Decodes JPEG and PNG pictures.
#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace reszoo {

using at::Tensor;

/// Decodes a picture to RGB; grey is repeated, alpha dropped as PIL's
/// convert("RGB") does. The format is told by content.
///
/// Shape: (H, W, 3) uint8.
/// Throws: Error (file) naming the file when it is neither JPEG nor PNG, or is
/// damaged or cut off.
/// Differs: from PIL for a PNG with a gamma of its own, which is honoured here.
Tensor decode_image(const std::filesystem::path& path);

/// Decodes a picture in memory; messages name it `name`.
Tensor decode_image(std::string_view bytes, const std::string& name);

/// Whether the bytes begin as a JPEG or PNG file does.
bool is_image(std::string_view bytes);

}  // namespace reszoo

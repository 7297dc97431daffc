#include "reszoo/data/decode.h"

#include <torch/types.h>

#include <cstring>

#include "image_formats.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"

namespace reszoo {

std::optional<ImageFormat> image_format(std::string_view start) {
  const auto* row = find_image_format(start);
  if (row == nullptr) return std::nullopt;
  return ImageFormat{std::string(row->name), row->open != nullptr};
}

bool is_image(std::string_view start) {
  const auto* row = find_image_format(start);
  return row != nullptr && row->open != nullptr;
}

bool is_whole_image(std::string_view bytes) {
  const auto format = image_format(bytes);
  const auto tail = bytes.substr(bytes.size() - std::min<size_t>(bytes.size(), 64));
  const auto ends_with = [&](std::string_view mark) { return tail.find(mark) != std::string_view::npos; };
  if (!format) return false;
  if (format->name == "JPEG") return ends_with("\xff\xd9");
  if (format->name == "PNG") return ends_with("IEND");
  if (format->name == "GIF") return tail.ends_with('\x3b');
  return format->is_read;  // `open_image` compares the sizes in the header with that of the file
}

std::unique_ptr<LazyImage> open_image(Bytes bytes, const std::string& name) {
  const auto* row = find_image_format(bytes.view());
  if (row == nullptr) fail(ErrorKind::file, "{}: not an image that is read: {}", name, kReadImageFormats);
  if (row->open == nullptr)
    fail(ErrorKind::file, "{}: is {}, which is not read; convert it to JPEG or PNG", name, row->name);
  return row->open(std::move(bytes), name);
}

std::unique_ptr<LazyImage> open_image(const std::filesystem::path& path) {
  return open_image(Bytes::own(read_file(path)), path.string());
}

Tensor decode_image(const LazyImage& image) {
  const auto pixels = with_channels(image.read(image.whole()), 3);
  auto tensor = torch::empty({pixels.height, pixels.width, 3}, torch::kUInt8);
  std::memcpy(tensor.mutable_data_ptr<uint8_t>(), pixels.bytes.data(), pixels.bytes.size());
  return tensor;
}

Tensor decode_image(const std::filesystem::path& path) { return decode_image(*open_image(path)); }

Tensor decode_image(std::string_view bytes, const std::string& name) {
  return decode_image(*open_image(Bytes::view(bytes.data(), bytes.size()), name));
}

Tensor decode_values(const LazyImage& image) {
  const auto values = image.read_values(image.whole());
  auto tensor = torch::empty({values.height, values.width, values.channels});
  std::memcpy(tensor.mutable_data_ptr<float>(), values.values.data(), values.values.size() * sizeof(float));
  return tensor;
}

}  // namespace reszoo

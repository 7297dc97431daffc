#include "reszoo/data/decode.h"

#include <torch/types.h>

#include <cstring>

#include "jpeg_image.h"
#include "png_image.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

constexpr std::string_view kJpegStart = "\xff\xd8\xff";
constexpr std::string_view kPngStart = "\x89PNG\r\n\x1a\n";

}  // namespace

bool is_image(std::string_view bytes) { return bytes.starts_with(kJpegStart) || bytes.starts_with(kPngStart); }

std::unique_ptr<LazyImage> open_image(Bytes bytes, const std::string& name) {
  if (bytes.view().starts_with(kJpegStart)) return open_jpeg(std::move(bytes), name);
  if (bytes.view().starts_with(kPngStart)) return open_png(std::move(bytes), name);
  fail(ErrorKind::file, "{}: neither JPEG nor PNG", name);
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

}  // namespace reszoo

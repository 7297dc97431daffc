#include "reszoo/data/decode.h"

#include <torch/types.h>

#include <cstring>

#include "jpeg_picture.h"
#include "png_picture.h"
#include "reszoo/base/error.h"
#include "reszoo/base/safe_file.h"

namespace reszoo {
namespace {

constexpr std::string_view kJpegStart = "\xff\xd8\xff";
constexpr std::string_view kPngStart = "\x89PNG\r\n\x1a\n";

}  // namespace

bool is_image(std::string_view bytes) { return bytes.starts_with(kJpegStart) || bytes.starts_with(kPngStart); }

std::unique_ptr<Picture> open_picture(Bytes bytes, const std::string& name) {
  if (bytes.view().starts_with(kJpegStart)) return open_jpeg(std::move(bytes), name);
  if (bytes.view().starts_with(kPngStart)) return open_png(std::move(bytes), name);
  fail(ErrorKind::file, "{}: neither JPEG nor PNG", name);
}

std::unique_ptr<Picture> open_picture(const std::filesystem::path& path) {
  return open_picture(Bytes::own(read_file(path)), path.string());
}

Tensor decode_image(const Picture& picture) {
  const auto pixels = with_channels(picture.read(picture.whole()), 3);
  auto tensor = torch::empty({pixels.height, pixels.width, 3}, torch::kUInt8);
  std::memcpy(tensor.mutable_data_ptr<uint8_t>(), pixels.bytes.data(), pixels.bytes.size());
  return tensor;
}

Tensor decode_image(const std::filesystem::path& path) { return decode_image(*open_picture(path)); }

Tensor decode_image(std::string_view bytes, const std::string& name) {
  return decode_image(*open_picture(Bytes::view(bytes.data(), bytes.size()), name));
}

}  // namespace reszoo

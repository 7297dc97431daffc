#include "reszoo/data/decode.h"

#include <png.h>
#include <torch/types.h>
#include <turbojpeg.h>

#include <memory>

#include "reszoo/base/error.h"
#include "reszoo/base/safe_file.h"

namespace reszoo {
namespace {

constexpr std::string_view jpeg_start = "\xff\xd8\xff";
constexpr std::string_view png_start = "\x89PNG\r\n\x1a\n";
constexpr int64_t most_pixels = int64_t{1} << 29;

void check_size(int64_t height, int64_t width, const std::string& name) {
  if (height * width > most_pixels)
    fail(ErrorKind::file, "{}: a picture of {} x {} pixels is too large", name, width, height);
}

/// Whether the library only found bytes that belong to nothing, as cameras write
/// them. Its other warnings, such as a premature end, leave wrong pixels behind.
bool is_harmless(tjhandle decoder) {
  return tjGetErrorCode(decoder) == TJERR_WARNING &&
         std::string_view(tjGetErrorStr2(decoder)).find("extraneous bytes") != std::string_view::npos;
}

Tensor decode_jpeg(std::string_view bytes, const std::string& name) {
  const std::unique_ptr<void, int (*)(tjhandle)> decoder(tjInitDecompress(), tjDestroy);
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0, height = 0, sampling = 0, colours = 0;
  const auto check = [&](int result) {
    if (result != 0 && !is_harmless(decoder.get()))
      fail(ErrorKind::file, "{}: damaged JPEG: {}", name, tjGetErrorStr2(decoder.get()));
  };
  check(tjDecompressHeader3(decoder.get(), data, bytes.size(), &width, &height, &sampling, &colours));
  check_size(height, width, name);
  auto pixels = torch::empty({height, width, 3}, torch::kUInt8);
  check(tjDecompress2(decoder.get(), data, bytes.size(), pixels.mutable_data_ptr<uint8_t>(), width, 0, height, TJPF_RGB,
                      TJFLAG_ACCURATEDCT));
  return pixels;
}

Tensor decode_png(std::string_view bytes, const std::string& name) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, void (*)(png_image*)> closer(&image, png_image_free);
  const auto damaged = [&] { fail(ErrorKind::file, "{}: damaged PNG: {}", name, image.message); };
  if (!png_image_begin_read_from_memory(&image, bytes.data(), bytes.size())) damaged();
  check_size(image.height, image.width, name);
  // With alpha read as it is and dropped after, colours are not blended.
  image.format = PNG_FORMAT_RGBA;
  auto pixels = torch::empty({image.height, image.width, 4}, torch::kUInt8);
  if (!png_image_finish_read(&image, nullptr, pixels.mutable_data_ptr<uint8_t>(), 0, nullptr)) damaged();
  return pixels.slice(2, 0, 3).contiguous();
}

}  // namespace

bool is_image(std::string_view bytes) {
  return bytes.starts_with(jpeg_start) || bytes.starts_with(png_start);
}

Tensor decode_image(const std::filesystem::path& path) {
  return decode_image(read_file(path), path.string());
}

Tensor decode_image(std::string_view bytes, const std::string& name) {
  if (bytes.starts_with(jpeg_start)) return decode_jpeg(bytes, name);
  if (bytes.starts_with(png_start)) return decode_png(bytes, name);
  fail(ErrorKind::file, "{}: neither JPEG nor PNG", name);
}

}  // namespace reszoo

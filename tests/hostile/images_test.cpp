// Corrupted and malicious images of every format, from the small files of the fixture.
#include <libdeflate.h>
#include <torch/types.h>

#include "hostile/mutate.h"
#include "hostile/withstand.h"
#include "reszoo/data/decode.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Returns the files whose names begin so.
std::vector<std::string> image_files_of(const std::string& format) {
  std::vector<std::string> files;
  const auto fixture = read_fixture("pillow_images");
  for (const auto& record : fixture["cases"])
    if (record["name"].get<std::string>().starts_with(format + " "))
      files.push_back(from_base64(record["file"].get<std::string>()));
  return files;
}

/// Reads an image. Its memory is as much as its header declares, so that pixels are read of small images only.
StateDict read_image(const std::string& content, bool as_file) {
  constexpr int64_t kMostPixels = 1 << 22;
  const auto image =
      as_file ? open_image(Bytes::own(content), "f") : open_image(Bytes::view(content.data(), content.size()), "f");
  StateDict state("image");
  state.insert("size", torch::tensor({image->height(), image->width(), image->bands()}));
  if (image->height() * image->width() * image->bands() > kMostPixels) return state;
  if (image->channels() > 0) state.insert("pixels", decode_image(*image));
  state.insert("values", decode_values(*image));
  return state;
}

/// Corrects the checksums of a PNG's chunks, which would hide the rest of the reader.
std::string with_checksums(std::string png) {
  const auto number = [&](size_t at) {
    size_t value = 0;
    for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(png[at + i]);
    return value;
  };
  for (size_t at = 8; at + 12 <= png.size() && number(at) <= png.size() - at - 12;) {
    const auto size = number(at);
    const auto checksum = libdeflate_crc32(0, png.data() + at + 4, size + 4);
    for (size_t i = 0; i < 4; ++i) png[at + 8 + size + i] = static_cast<char>(checksum >> (24 - 8 * i));
    at += size + 12;
  }
  return png;
}

Mutant damage_image(const std::string& file, Random& random) {
  auto damaged = damage(file, random);
  return {file.starts_with("\x89PNG") && random.below(2) == 0 ? with_checksums(damaged) : damaged};
}

void expect_withstands_images(const std::string& format) {
  expect_withstands({read_image, damage_image}, image_files_of(format));
}

}  // namespace

TEST(Hostile, Jpeg) { expect_withstands_images("jpeg"); }
TEST(Hostile, Png) { expect_withstands_images("png"); }
TEST(Hostile, Webp) { expect_withstands_images("webp"); }
TEST(Hostile, Bmp) { expect_withstands_images("bmp"); }
TEST(Hostile, Gif) { expect_withstands_images("gif"); }
TEST(Hostile, Tiff) { expect_withstands_images("tiff"); }
TEST(Hostile, Npy) { expect_withstands_images("npy"); }

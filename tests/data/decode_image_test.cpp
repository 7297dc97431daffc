// Decoding of an image file to a tensor: decode_image of data/decode.h.
#include "data/small_files.h"
#include "reszoo/data/decode.h"

#include <torch/types.h>

#include "reszoo/base/atomic_file.h"
#include "support/jpeg.h"
#include "support/png.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

std::string png(const std::vector<uint8_t>& pixels, uint32_t width, uint32_t format) {
  const auto height = static_cast<uint32_t>(pixels.size() / width / PNG_IMAGE_SAMPLE_CHANNELS(format));
  return png_file(pixels.data(), width, height, format);
}

}  // namespace

TEST(Decode, PngIsExact) {
  const std::vector<uint8_t> rgb{255, 0, 1, 2, 3, 4, 250, 128, 9, 77, 66, 55};
  EXPECT_TRUE(torch::equal(decode_image(png(rgb, 2, PNG_FORMAT_RGB), "a"), bytes_tensor(rgb, {2, 2, 3})));
}

TEST(Decode, GreyIsRepeatedAndAlphaDropped) {
  EXPECT_TRUE(torch::equal(decode_image(png({7, 200}, 2, PNG_FORMAT_GRAY), "a"),
                           bytes_tensor({7, 7, 7, 200, 200, 200}, {1, 2, 3})));
  EXPECT_TRUE(torch::equal(decode_image(png({9, 8, 7, 0, 6, 5, 4, 100}, 2, PNG_FORMAT_RGBA), "a"),
                           bytes_tensor({9, 8, 7, 6, 5, 4}, {1, 2, 3})));
  const auto grey = decode_image(jpeg(std::vector<uint8_t>(64, 90), 8, {.colours = JCS_GRAYSCALE}), "a");
  EXPECT_TRUE(torch::equal(grey, torch::full({8, 8, 3}, 90, torch::kUInt8)));
}

TEST(Decode, JpegIsNear) {
  std::vector<uint8_t> rgb;
  for (int i = 0; i < 16 * 8; ++i) rgb.insert(rgb.end(), {static_cast<uint8_t>(i), 100, static_cast<uint8_t>(200 - i)});
  const auto decoded = decode_image(jpeg(rgb, 16), "a");
  ASSERT_EQ(decoded.sizes(), (std::vector<int64_t>{8, 16, 3}));
  EXPECT_LE((decoded.to(torch::kInt32) - bytes_tensor(rgb, {8, 16, 3})).abs().max().item<int>(), 4);
}

TEST(Decode, DamageIsAnErrorThatNamesTheFile) {
  std::vector<uint8_t> noise(3 * 32 * 32);
  for (size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<uint8_t>(i * i * 31);
  const TempDir folder;
  for (const auto& bytes : {png(noise, 32, PNG_FORMAT_RGB), jpeg(noise, 32)})
    for (const auto size : {bytes.size() / 3, bytes.size() / 2, bytes.size() - 40}) {
      write_file(folder / "cut.image", bytes.substr(0, size));
      expect_error_parts(ErrorKind::file, {"cut.image: damaged"}, [&] { decode_image(folder / "cut.image"); });
    }
  auto flipped = png(noise, 32, PNG_FORMAT_RGB);
  flipped[flipped.size() / 2] ^= 1;
  expect_error(ErrorKind::file, "x: damaged PNG", [&] { decode_image(flipped, "x"); });
  expect_error(ErrorKind::file, "x: damaged GIF", [] { decode_image("GIF89a", "x"); });
  expect_error(ErrorKind::file, "x: not an image that is read: JPEG, PNG, WebP", [] { decode_image("", "x"); });
}

// Encoding of images, and thumbnails.
#include "reszoo/data/encode.h"

#include "reszoo/data/decode.h"
#include "reszoo/preprocess/thumbnail.h"
#include "support/sample_image.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

ImageBuffer decoded(const std::string& bytes) {
  const auto image = open_image(Bytes::own(bytes), "a.png");
  return image->read(image->whole());
}

ImageBuffer small(const ImageBuffer& pixels, int64_t longest) {
  return thumbnail(InMemoryImage(pixels.bytes.data(), pixels.height, pixels.width, pixels.channels), longest);
}

}  // namespace

TEST(EncodePng, IsReadBackAsItWas) {
  for (const int64_t channels : {1, 3})
    for (const auto& [height, width] : {std::pair<int64_t, int64_t>(1, 1), {17, 31}, {160, 120}}) {
      const auto pixels = pixels_of(sample_image(height, width, channels));
      EXPECT_EQ(decoded(encode_png(pixels)), pixels) << height << "x" << width << "x" << channels;
    }
}

TEST(EncodePng, RefusesWhatIsNoImage) {
  expect_error(ErrorKind::usage, "encode_png: needs pixels of 1 or 3 channels, got 0x4",
               [] { encode_png(ImageBuffer(0, 4, 3)); });
  expect_error(ErrorKind::usage, "channels=4", [] { encode_png(ImageBuffer(2, 2, 4)); });
}

TEST(Thumbnail, HasALongerSideOfAtMostSoManyPixels) {
  const auto wide = small(pixels_of(sample_image(150, 400, 3)), 160),
             tall = small(pixels_of(sample_image(400, 1, 1)), 160);
  EXPECT_EQ(std::pair(wide.height, wide.width), (std::pair<int64_t, int64_t>(60, 160)));
  EXPECT_EQ(std::pair(tall.height, tall.width), (std::pair<int64_t, int64_t>(160, 1)));
  const auto as_it_is = pixels_of(sample_image(28, 160, 1));
  EXPECT_EQ(small(as_it_is, 160), as_it_is);
}

// The training transform of images: crop, augmentation, normalisation.
#include "reszoo/preprocess/image_transform.h"

#include <torch/types.h>

#include <cmath>

#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error;

namespace {

/// The red value of a pixel is its row, green is its column, blue is 7.
ImageBuffer numbered(int64_t height, int64_t width) {
  ImageBuffer pixels(height, width, 3);
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x) {
      auto* pixel = pixels.row(y) + 3 * x;
      pixel[0] = static_cast<uint8_t>(y);
      pixel[1] = static_cast<uint8_t>(x);
      pixel[2] = 7;
    }
  return pixels;
}

InMemoryImage view(const ImageBuffer& pixels) {
  return {pixels.bytes.data(), pixels.height, pixels.width, pixels.channels};
}

}  // namespace

TEST(ImageTransform, WithoutChanceItIsThePreprocessing) {
  const auto pixels = numbered(60, 80);
  ImageTransform transform{imagenet_preprocess(), RandomCrop::parse("resized")};
  transform.preprocess.resize = 32;
  transform.preprocess.crop = 28;
  transform.augment.flip = 1;
  std::vector<float> measured(28 * 28 * 3), expected(measured.size()), trained(measured.size());
  transform.write(view(pixels), nullptr, measured.data());
  transform.preprocess.write(view(pixels), expected.data());
  EXPECT_EQ(measured, expected);
  Random random(3);
  transform.write(view(pixels), &random, trained.data());
  EXPECT_NE(trained, expected);
}

TEST(ImageTransform, APaddedPartIsShiftedByAtMostThePadding) {
  const auto pixels = numbered(10, 12);
  const ImageTransform transform{{.channels = 3}, RandomCrop::parse("padded:3")};
  bool shifted[7][7] = {};
  for (int i = 0; i < 2000; ++i) {
    Random random(4, 0, i);
    std::vector<float> to(10 * 12 * 3);
    transform.write(view(pixels), &random, to.data());
    // The centre is never padding, so its value gives the origin of the crop.
    const auto top = std::lrint(to[(5 * 12 + 6) * 3] * 255) - 5, left = std::lrint(to[(5 * 12 + 6) * 3 + 1] * 255) - 6;
    ASSERT_LE(std::abs(top), 3);
    ASSERT_LE(std::abs(left), 3);
    shifted[top + 3][left + 3] = true;
    for (int64_t y = 0; y < 10; ++y)
      for (int64_t x = 0; x < 12; ++x) {
        const bool inside = y + top >= 0 && y + top < 10 && x + left >= 0 && x + left < 12;
        const auto* pixel = to.data() + (y * 12 + x) * 3;
        ASSERT_EQ(std::lrint(pixel[0] * 255), inside ? y + top : 0);
        ASSERT_EQ(std::lrint(pixel[1] * 255), inside ? x + left : 0);
      }
  }
  for (const auto& row : shifted)
    for (const bool seen : row) EXPECT_TRUE(seen);
}

TEST(ImageTransform, ChancesFollowFromTheStreamAlone) {
  const auto pixels = numbered(60, 80);
  ImageTransform transform{
      imagenet_preprocess(), RandomCrop::parse("resized"), {.flip = 0.5, .rotation = 10, .erase = 0.5}};
  transform.preprocess.resize = 32;
  transform.preprocess.crop = 28;
  const auto drawn = [&](int64_t row) {
    Random random(5, 1, row);
    std::vector<float> to(28 * 28 * 3);
    transform.write(view(pixels), &random, to.data());
    return to;
  };
  EXPECT_EQ(drawn(3), drawn(3));
  EXPECT_NE(drawn(3), drawn(4));
}

TEST(ImageExamples, HaveTheSizeOfTheCropOrOfTheImages) {
  const auto pixels = numbered(6, 9);
  const ImageSource source = [&](int64_t) { return std::make_unique<InMemoryImage>(view(pixels)); };
  EXPECT_EQ(image_examples(source, 2, {{.channels = 3}}, 6, 9).shape, (std::vector<int64_t>{3, 6, 9}));
  EXPECT_EQ(image_examples(source, 2, {{.channels = 1, .resize = 4, .crop = 4}}).shape,
            (std::vector<int64_t>{1, 4, 4}));
  expect_error(ErrorKind::usage, "images of different sizes need a crop",
               [&] { image_examples(source, 2, {{.channels = 3, .resize = 4}}); });
}

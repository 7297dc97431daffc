// What training sees of an image: parts of it, changed, normalised.
#include "reszoo/preprocess/image_transform.h"

#include <torch/types.h>

#include <cmath>

#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error;

namespace {

/// A pixel's red is its row, its green its column, its blue 7.
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

InMemoryImage view(const ImageBuffer& pixels) { return {pixels.bytes.data(), pixels.height, pixels.width, pixels.channels}; }

}  // namespace

TEST(RandomCrop, TextIsReadBack) {
  for (const auto* text : {"none", "resized:0.08,1", "resized:0.25,0.5", "padded:4"})
    EXPECT_EQ(RandomCrop::parse(text).text(), text);
  EXPECT_EQ(RandomCrop::parse("resized").text(), "resized:0.08,1");
  for (const auto* text : {"", "padded", "padded:-1", "padded:x", "resized:0,1", "resized:0.5,0.2", "resized:0.1",
                           "resized:0.1,2", "resise"})
    expect_error(ErrorKind::usage, "crop: must be none, resized", [&] { RandomCrop::parse(text); });
  expect_error(ErrorKind::usage, "did you mean resized?", [] { RandomCrop::parse("resised:0.1,1"); });
}

TEST(RandomCrop, PartsHaveTheAreaAndTheRatioAskedFor) {
  const auto crop = RandomCrop::parse("resized:0.2,0.6");
  double area = 0, left = 0, ratio = 0;
  const int count = 4000;
  for (int i = 0; i < count; ++i) {
    Random random(1, 0, i);
    const auto box = crop.draw(300, 400, random);
    ASSERT_GE(box.top, 0);
    ASSERT_LE(box.top + box.height, 300);
    ASSERT_LE(box.left + box.width, 400);
    const double share = static_cast<double>(box.height * box.width) / (300 * 400);
    ASSERT_GT(share, 0.19);
    ASSERT_LT(share, 0.61);
    area += share / count;
    ratio += std::log(static_cast<double>(box.width) / static_cast<double>(box.height)) / count;
    left += static_cast<double>(box.left) / static_cast<double>(std::max<int64_t>(400 - box.width, 1)) / count;
  }
  EXPECT_NEAR(area, 0.4, 0.02);
  EXPECT_NEAR(ratio, 0, 0.02);
  EXPECT_NEAR(left, 0.5, 0.03);
}

TEST(RandomCrop, OfAStripeIsItsMiddle) {
  Random random(2);
  EXPECT_EQ(RandomCrop::parse("resized:0.9,1").draw(10, 1000, random), (Box{0, 493, 10, 13}));
  EXPECT_EQ(RandomCrop::parse("resized:0.9,1").draw(1000, 30, random), (Box{480, 0, 40, 30}));
  EXPECT_EQ(RandomCrop::parse("resized").draw(1, 1, random), (Box{0, 0, 1, 1}));
}

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
    // The middle is never padding: it says where the part begins.
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

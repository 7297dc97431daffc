// Random crops of an image.
#include "reszoo/preprocess/random_crop.h"

#include <algorithm>
#include <cmath>

#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error;

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

// The augmentation of an image follows its options and depends only on the given random numbers.
#include "reszoo/preprocess/image_augment.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "support/sample_image.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;

namespace {

const ImageAugment kFull{.flip = 0.5,
                         .rotation = 15,
                         .auto_augment = AutoAugment::parse("rand:1,5"),
                         .color_jitter = {.brightness = 0.4, .contrast = 0.3, .saturation = 0.2, .hue = 0.1},
                         .grey = 0.2,
                         .erase = 0.25,
                         .erase_noise = true,
                         .interpolation = "bilinear",
                         .fill = {124, 116, 104}};

/// The steps of many draws, each from a new Random.
std::vector<std::vector<AugmentStep>> draws_of(const ImageAugment& augment, int64_t count) {
  std::vector<std::vector<AugmentStep>> draws;
  for (int64_t item = 0; item < count; ++item) {
    Random random(1, 0, item);
    draws.push_back(augment.draw(32, 32, random));
  }
  return draws;
}

/// Expects values that are uniform in [low, high]: checks their ends and their mean.
void expect_uniform(const std::vector<double>& numbers, double low, double high) {
  const auto [least, most] = std::ranges::minmax(numbers);
  const auto count = static_cast<double>(numbers.size());
  double sum = 0;
  for (const double number : numbers) sum += number;
  EXPECT_GE(least, low);
  EXPECT_LE(most, high);
  EXPECT_NEAR(least, low, 20 * (high - low) / count);
  EXPECT_NEAR(most, high, 20 * (high - low) / count);
  EXPECT_NEAR(sum / count, (low + high) / 2, 5 * (high - low) / std::sqrt(12 * count));
}

}  // namespace

TEST(ImageAugment, DoesNothingByDefault) {
  auto image = test::pixels_of(test::sample_image(8, 9, 3));
  const auto before = image;
  const auto* bytes = image.bytes.data();
  Random random(5), untouched(5);
  image = ImageAugment{}(std::move(image), random);
  EXPECT_EQ(image, before);
  EXPECT_EQ(image.bytes.data(), bytes);
  std::vector<float> numbers(8 * 9 * 3, 1.0f);
  ImageAugment{}.erase_from(numbers.data(), 8, 9, 3, random);
  EXPECT_EQ(numbers, std::vector<float>(8 * 9 * 3, 1.0f));
  EXPECT_EQ(random.bits(), untouched.bits());
}

TEST(ImageAugment, MakesTheChangesThatItDraws) {
  for (const int64_t channels : {1, 3}) {
    const auto image = test::pixels_of(test::sample_image(19, 26, channels));
    for (int64_t item = 0; item < 50; ++item) {
      Random random(6, 2, item), same(6, 2, item);
      EXPECT_EQ(kFull(image, random), augment(image, kFull.draw(19, 26, same), Sampling::bilinear, kFull.fill));
    }
  }
}

TEST(ImageAugment, FlipsAndGreysWithTheirProbability) {
  int flips = 0, greys = 0;
  for (const auto& steps : draws_of({.flip = 0.3, .grey = 0.1}, 10000))
    for (const auto& step : steps) ++(step.op == AugmentOp::flip ? flips : greys);
  EXPECT_NEAR(flips, 3000, 5 * std::sqrt(2100.0));
  EXPECT_NEAR(greys, 1000, 5 * std::sqrt(900.0));
  const auto image = test::pixels_of(test::sample_image(8, 9, 3));
  Random random(7);
  EXPECT_EQ((ImageAugment{.flip = 1}(image, random)), flip_horizontal(image));
  EXPECT_EQ((ImageAugment{.grey = 1}(image, random)), to_grey(image, 3));
}

TEST(ImageAugment, TurnsByUniformAngles) {
  std::vector<double> angles;
  for (const auto& steps : draws_of({.rotation = 20}, 5000)) {
    ASSERT_EQ(steps.size(), 1);
    EXPECT_EQ(steps[0].op, AugmentOp::rotate);
    angles.push_back(steps[0].magnitude);
  }
  expect_uniform(angles, -20, 20);
}

TEST(ImageAugment, JittersColoursByUniformFactorsInRandomOrder) {
  std::map<AugmentOp, std::vector<double>> magnitudes;
  std::map<std::vector<AugmentOp>, int> orders;
  constexpr int count = 24000;
  const ImageAugment augment{.color_jitter = {.brightness = 0.4, .contrast = 1.5, .saturation = 0.2, .hue = 0.1}};
  for (const auto& steps : draws_of(augment, count)) {
    std::vector<AugmentOp> order;
    for (const auto& step : steps) {
      magnitudes[step.op].push_back(step.magnitude);
      order.push_back(step.op);
    }
    ++orders[order];
  }
  expect_uniform(magnitudes[AugmentOp::brightness], -0.4, 0.4);
  expect_uniform(magnitudes[AugmentOp::contrast], -1, 1.5);  // the factor is at least 0
  expect_uniform(magnitudes[AugmentOp::saturation], -0.2, 0.2);
  expect_uniform(magnitudes[AugmentOp::hue], -0.1, 0.1);
  EXPECT_EQ(orders.size(), 24);
  for (const auto& [order, times] : orders) EXPECT_NEAR(times, count / 24, 5 * std::sqrt(count / 24.0));
}

TEST(ImageAugment, FillsWhatComesFromOutside) {
  Random random(8);
  const ImageBuffer black(30, 30, 3);
  const auto turned = ImageAugment{.rotation = 180, .fill = {9, 8, 7}}(black, random);
  EXPECT_EQ((std::vector<uint8_t>(turned.bytes.begin(), turned.bytes.begin() + 3)), (std::vector<uint8_t>{9, 8, 7}));
}

TEST(ImageAugment, ErasesRectanglesOfTorchvisionsSizesAndPlaces) {
  const auto fixture = test::read_fixture("torchvision_augment");
  for (const auto& c : fixture["erased"]) {
    const int draws = c["draws"];
    std::vector<double> sums(4);
    double erased = 0;
    Random random(9);
    for (int i = 0; i < draws; ++i)
      if (const auto area = draw_erased(c["height"], c["width"], random)) {
        const std::array<int64_t, 4> numbers{area->top, area->left, area->height, area->width};
        for (size_t j = 0; j < 4; ++j) sums[j] += static_cast<double>(numbers[j]);
        ++erased;
      }
    EXPECT_NEAR(erased, c["erased"].get<double>(), 0.005 * draws);
    for (size_t j = 0; j < 4; ++j) {
      const double mean = c["mean"][j], deviation = c["deviation"][j];
      EXPECT_NEAR(sums[j] / erased, mean, 5 * deviation * std::sqrt(2 / erased)) << "number " << j;
    }
  }
}

TEST(ImageAugment, ErasesTheRectangleAloneAndWithItsProbability) {
  int times = 0;
  for (int64_t item = 0; item < 2000; ++item) {
    Random random(10, 0, item), same(10, 0, item);
    std::vector<float> numbers(20 * 30 * 3, 1.0f);
    ImageAugment{.erase = 0.25}.erase_from(numbers.data(), 20, 30, 3, random);
    Box area;
    if (same.chance(0.25)) area = draw_erased(20, 30, same).value_or(area);
    const auto zeros = torch::zeros({area.height, area.width, 3});
    auto expected = torch::ones({20, 30, 3});
    expected.narrow(0, area.top, area.height).narrow(1, area.left, area.width).copy_(zeros);
    EXPECT_TRUE(torch::equal(torch::tensor(numbers).view({20, 30, 3}), expected));
    times += area.height > 0;
  }
  EXPECT_NEAR(times, 500, 5 * std::sqrt(375.0));
}

TEST(ImageAugment, ErasesWithNoiseOfDeviationOne) {
  double sum = 0, squares = 0, count = 0;
  Random random(11);
  for (int i = 0; i < 20; ++i) {
    std::vector<float> numbers(40 * 40, 100.0f);
    ImageAugment{.erase = 1, .erase_noise = true}.erase_from(numbers.data(), 40, 40, 1, random);
    for (const double number : numbers)
      if (number < 50) sum += number, squares += number * number, ++count;
  }
  EXPECT_GT(count, 1000);
  EXPECT_NEAR(sum / count, 0, 5 / std::sqrt(count));
  EXPECT_NEAR(squares / count, 1, 5 * std::sqrt(2 / count));
}

TEST(ImageAugment, ValuesAreOnlyFlipped) {
  ImageValues image(1, 3, 2);
  for (size_t i = 0; i < image.values.size(); ++i) image.values[i] = static_cast<float>(i);
  Random random(1, 0, 0);
  EXPECT_EQ(ImageAugment{.flip = 1}(image, random).values, (std::vector<float>{4, 5, 2, 3, 0, 1}));
  EXPECT_EQ((ImageAugment{.erase = 0.5}(image, random)), image);
  expect_error_parts(ErrorKind::usage, {"rotation", "bytes of 1 or 3 channels", "channels=2", "flip"},
                     [&] { ImageAugment{.rotation = 10}(image, random); });
  expect_error_parts(ErrorKind::usage, {"auto_augment"}, [&] { kFull(image, random); });
}

TEST(ImageAugment, JsonRoundTrips) {
  EXPECT_EQ(ImageAugment{}.to_json(), nlohmann::json::object());
  EXPECT_EQ(ImageAugment::from(nlohmann::json::object()), ImageAugment{});
  EXPECT_EQ(ImageAugment::from(nlohmann::json::parse(kFull.to_json().dump())), kFull);
  const auto json = nlohmann::json::parse(R"({"flip": 0.5, "color_jitter": {"hue": 0.1}, "auto_augment": "trivial"})");
  EXPECT_EQ(ImageAugment::from(json),
            (ImageAugment{.flip = 0.5, .auto_augment = AutoAugment::parse("trivial"), .color_jitter = {.hue = 0.1}}));
}

TEST(ImageAugment, RefusesOptionsThatDoNotFit) {
  expect_error_parts(ErrorKind::usage, {"flip=1.5"}, [] { ImageAugment{.flip = 1.5}.check(); });
  expect_error_parts(ErrorKind::usage, {"grey=-1"}, [] { ImageAugment{.grey = -1}.check(); });
  expect_error_parts(ErrorKind::usage, {"erase=nan"}, [] { ImageAugment{.erase = NAN}.check(); });
  expect_error_parts(ErrorKind::usage, {"rotation=181"}, [] { ImageAugment{.rotation = 181}.check(); });
  expect_error_parts(ErrorKind::usage, {"hue=0.6"}, [] { ImageAugment{.color_jitter = {.hue = 0.6}}.check(); });
  expect_error_parts(ErrorKind::usage, {"brightness=inf"},
                     [] { ImageAugment{.color_jitter = {.brightness = HUGE_VAL}}.check(); });
  expect_error_parts(ErrorKind::usage, {"bicubic"}, [] { ImageAugment{.interpolation = "bicubic"}.check(); });
  expect_error_parts(ErrorKind::usage, {"auto:mnist"}, [] {
    ImageAugment{.auto_augment = {.kind = AutoAugment::Kind::automatic, .policy = "mnist"}}.check();
  });
  kFull.check();
}

TEST(ImageAugment, RefusesImagesThatDoNotFit) {
  Random random(12);
  expect_error_parts(ErrorKind::input, {"2x2x4"}, [&] { ImageAugment{}(ImageBuffer(2, 2, 4), random); });
  ImageBuffer short_of_bytes(2, 2, 3);
  short_of_bytes.bytes.pop_back();
  expect_error_parts(ErrorKind::input, {"bytes=11"}, [&] { ImageAugment{}(short_of_bytes, random); });
}

TEST(ImageAugment, RefusesJsonThatItDoesNotWrite) {
  const std::vector<std::pair<std::string, std::string>> wrong{{"null", "null"},
                                                               {R"({"flip": "often"})", "flip"},
                                                               {R"({"flip": 2})", "flip=2"},
                                                               {R"({"flop": 0.5})", "flop"},
                                                               {R"({"fill": [1, 2]})", "[1, 2]"},
                                                               {R"({"fill": [1, 2, 256]})", "256"},
                                                               {R"({"auto_augment": "rand:2,99"})", "rand:2,99"},
                                                               {R"({"color_jitter": {"gamma": 1}})", "gamma"},
                                                               {R"({"color_jitter": {"hue": 1}})", "hue=1"},
                                                               {R"({"color_jitter": 0.4})", "color_jitter"},
                                                               {R"({"interpolation": "bicubic"})", "bicubic"}};
  for (const auto& [text, part] : wrong)
    expect_error_parts(ErrorKind::file, {part}, [&] { ImageAugment::from(nlohmann::json::parse(text)); });
}

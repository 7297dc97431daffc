// Operations on image bytes against torchvision on PIL images.
#include "reszoo/preprocess/pixel_ops.h"

#include <functional>
#include <map>

#include "support/sample_image.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;

namespace {

using Arguments = nlohmann::json;

Sampling sampling_of(const Arguments& arguments) {
  return arguments["interpolation"] == "bilinear" ? Sampling::bilinear : Sampling::nearest;
}

Affine map_of(const Arguments& arguments) {
  const auto &translate = arguments["translate"], &shear = arguments["shear"];
  Affine map{.angle = arguments["angle"],
             .translate_x = translate[0],
             .translate_y = translate[1],
             .scale = arguments["scale"],
             .shear_x = shear[0],
             .shear_y = shear[1]};
  if (arguments.contains("centre")) map.centre = arguments["centre"].get<std::array<double, 2>>();
  return map;
}

/// Applies the operation of a case by its name.
ImageBuffer apply(const std::string& name, const Arguments& of, const ImageBuffer& image, const Color& fill) {
  using Operation = std::function<ImageBuffer(ImageBuffer)>;
  const std::map<std::string, Operation> operations{
      {"flip_horizontal", flip_horizontal},
      {"affine", [&](ImageBuffer p) { return affine(std::move(p), map_of(of), sampling_of(of), fill); }},
      {"rotate", [&](ImageBuffer p) { return rotate(std::move(p), of["angle"], sampling_of(of), fill); }},
      {"adjust_brightness", [&](ImageBuffer p) { return adjust_brightness(std::move(p), of["factor"]); }},
      {"adjust_contrast", [&](ImageBuffer p) { return adjust_contrast(std::move(p), of["factor"]); }},
      {"adjust_saturation", [&](ImageBuffer p) { return adjust_saturation(std::move(p), of["factor"]); }},
      {"adjust_sharpness", [&](ImageBuffer p) { return adjust_sharpness(std::move(p), of["factor"]); }},
      {"adjust_hue", [&](ImageBuffer p) { return adjust_hue(std::move(p), of["shift"]); }},
      {"posterize", [&](ImageBuffer p) { return posterize(std::move(p), of["bits"]); }},
      {"solarize", [&](ImageBuffer p) { return solarize(std::move(p), of["threshold"]); }},
      {"invert", invert},
      {"autocontrast", autocontrast},
      {"equalize", equalize},
      {"to_grey", [&](ImageBuffer p) { return to_grey(std::move(p), image.channels); }}};
  return operations.at(name)(image);
}

ImageBuffer of_bytes(int64_t height, int64_t width, int64_t channels, std::vector<uint8_t> bytes) {
  ImageBuffer image(height, width, channels);
  image.bytes = std::move(bytes);
  return image;
}

std::vector<ImageBuffer (*)(ImageBuffer)> all_operations() {
  return {flip_horizontal,
          invert,
          autocontrast,
          equalize,
          [](ImageBuffer p) { return affine(std::move(p), {.angle = 30}); },
          [](ImageBuffer p) { return rotate(std::move(p), 30, Sampling::bilinear); },
          [](ImageBuffer p) { return adjust_brightness(std::move(p), 0.5); },
          [](ImageBuffer p) { return adjust_contrast(std::move(p), 0.5); },
          [](ImageBuffer p) { return adjust_saturation(std::move(p), 0.5); },
          [](ImageBuffer p) { return adjust_sharpness(std::move(p), 0.5); },
          [](ImageBuffer p) { return adjust_hue(std::move(p), 0.5); },
          [](ImageBuffer p) { return posterize(std::move(p), 3); },
          [](ImageBuffer p) { return solarize(std::move(p), 100); },
          [](ImageBuffer p) { return to_grey(std::move(p), 3); }};
}

}  // namespace

TEST(PixelOps, AreTorchvisionsToTheByte) {
  const auto fixture = test::read_fixture("torchvision_augment");
  const auto fill = fixture["fill"].get<Color>();
  for (const auto& c : fixture["cases"]) {
    const std::string name = c["name"];
    const auto result = apply(name, c["arguments"], test::image_of(c), fill);
    test::expect_bytes(result, c, fmt::format("{} {}, {}", name, c["arguments"].dump(), test::image_text(c)));
  }
}

TEST(PixelOps, FlippingTwiceChangesNothing) {
  for (const int64_t channels : {1, 3})
    for (const int64_t width : {1, 2, 7, 8}) {
      const auto image = test::pixels_of(test::sample_image(3, width, channels));
      const auto flipped = flip_horizontal(image);
      EXPECT_EQ(flipped.bytes[0], image.bytes[static_cast<size_t>((width - 1) * channels)]);
      EXPECT_EQ(flip_horizontal(flipped), image);
    }
}

TEST(PixelOps, WhatChangesNothingCopiesNothing) {
  auto image = test::pixels_of(test::sample_image(20, 30, 3));
  const auto* bytes = image.bytes.data();
  for (const auto sampling : {Sampling::nearest, Sampling::bilinear}) {
    image = rotate(affine(std::move(image), {}, sampling), 360, sampling);
    EXPECT_EQ(image.bytes.data(), bytes);
  }
  image = invert(invert(flip_horizontal(std::move(image))));
  EXPECT_EQ(image.bytes.data(), bytes);  // in place
}

TEST(PixelOps, AnImageOfOneColourKeepsItsHistogram) {
  const auto flat = of_bytes(2, 2, 1, {9, 9, 9, 9});
  EXPECT_EQ(autocontrast(flat), flat);
  EXPECT_EQ(equalize(flat), flat);
  EXPECT_EQ(adjust_contrast(flat, 0.3), flat);
}

TEST(PixelOps, SmallAndEmptyImagesAreTaken) {
  const std::vector<std::pair<int64_t, int64_t>> sizes{{0, 0}, {0, 3}, {3, 0}, {1, 1}, {1, 5}, {2, 2}};
  for (const auto operation : all_operations())
    for (const auto& [height, width] : sizes) {
      const auto result = operation(ImageBuffer(height, width, 3));
      EXPECT_EQ(result.height, height);
      EXPECT_EQ(static_cast<int64_t>(result.bytes.size()), height * width * 3);
    }
}

TEST(PixelOps, ShearsAndScalesOfAnySizeStayWithinTheImage) {
  const auto image = test::pixels_of(test::sample_image(11, 13, 3));
  for (const double large : {1e3, 1e30, 1e300})
    for (const auto sampling : {Sampling::nearest, Sampling::bilinear}) {
      EXPECT_EQ(affine(image, {.translate_x = large, .translate_y = -large}, sampling), ImageBuffer(11, 13, 3));
      affine(image, {.angle = 1, .scale = 1 / large}, sampling);
      affine(image, {.angle = 1, .scale = large, .shear_x = 89.9999}, sampling);
    }
}

TEST(PixelOps, GreyBecomesRgbByRepetitionAndBack) {
  const auto rgb = to_grey(of_bytes(1, 2, 1, {3, 250}), 3);
  EXPECT_EQ(rgb, of_bytes(1, 2, 3, {3, 3, 3, 250, 250, 250}));
  EXPECT_EQ(to_grey(rgb, 1), of_bytes(1, 2, 1, {3, 250}));
  EXPECT_EQ(to_grey(of_bytes(1, 4, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 200, 99}), 1),
            of_bytes(1, 4, 1, {76, 150, 29, 132}));  // PIL's convert("L")
}

TEST(PixelOps, RefuseWhatDoesNotFit) {
  const ImageBuffer image(2, 2, 3);
  expect_error_parts(ErrorKind::usage, {"shift=0.6"}, [&] { adjust_hue(image, 0.6); });
  expect_error_parts(ErrorKind::usage, {"bits=0"}, [&] { posterize(image, 0); });
  expect_error_parts(ErrorKind::usage, {"bits=9"}, [&] { posterize(image, 9); });
  expect_error_parts(ErrorKind::usage, {"scale=0"}, [&] { affine(image, {.scale = 0}); });
  expect_error_parts(ErrorKind::usage, {"channels=2"}, [&] { to_grey(image, 2); });
}

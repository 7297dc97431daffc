// Image preprocessing against torchvision.
#include "reszoo/preprocess/image_preprocess.h"

#include <torch/types.h>

#include "reszoo/preprocess/thumbnail.h"
#include "support/sample_image.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;

namespace {

std::vector<uint8_t> ramp(int64_t size) {
  std::vector<uint8_t> bytes(size);
  for (int64_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i * 37 % 251);
  return bytes;
}

ImageView view_of(const Tensor& pixels) {
  return {.data = pixels.const_data_ptr<uint8_t>(),
          .height = pixels.size(0),
          .width = pixels.size(1),
          .channels = pixels.size(2)};
}

/// The options of a case of the fixture.
ImagePreprocess preprocess_of(const nlohmann::json& c) {
  auto preprocess = imagenet_preprocess();
  preprocess.resize = c["resize"];
  preprocess.crop = c["crop"];
  preprocess.interpolation = c["interpolation"];
  preprocess.squash = c["squash"];
  preprocess.border = c["border"];
  return preprocess;
}

/// Returns the bytes before normalisation, flat.
Tensor bytes_of(const Tensor& prepared, const ImagePreprocess& by) {
  const auto values = [](const std::vector<double>& of) { return torch::tensor(of).view({1, -1, 1, 1}); };
  return ((prepared * values(by.std) + values(by.mean)) * 255).round().to(torch::kInt64).flatten();
}

}  // namespace

TEST(ImagePreprocess, IsTorchvisionsAndTimmsToTheByte) {
  const auto fixture = test::read_fixture("torchvision_preprocess");
  for (const auto& c : fixture["cases"]) {
    const auto what = fmt::format("{}x{} to {}, {}, {}", c["height"].get<int>(), c["width"].get<int>(),
                                  c["resize"].get<int>(), c["crop"].get<int>(), c["interpolation"].get<std::string>());
    const auto preprocess = preprocess_of(c);
    const auto pixels = test::sample_image(c["height"], c["width"], c["channels"]);
    const auto prepared = preprocess(view_of(pixels));
    const auto bytes = bytes_of(prepared, preprocess);
    test::expect_bytes(bytes, c, what);
    test::expect_close(prepared, c["normalised"], 1e-6, 50 * c["stride"].get<int64_t>(), what);
  }
}

TEST(ImagePreprocess, SquashMakesASquareOfAnyShape) {
  const auto bytes = ramp(40 * 60 * 3);
  const ImagePreprocess preprocess{.resize = 20, .squash = true};
  EXPECT_EQ(preprocess(ImageView{bytes.data(), 40, 60}).sizes(), (std::vector<int64_t>{1, 3, 20, 20}));
}

TEST(ImagePreprocess, BorderKeepsTheWholeImage) {
  const auto bytes = ramp(40 * 60 * 3);
  ImagePreprocess preprocess{.resize = 30, .mean = {0.5, 0.5, 0.5}, .border = true};
  EXPECT_EQ(preprocess(ImageView{bytes.data(), 40, 60}).sizes(), (std::vector<int64_t>{1, 3, 20, 30}));
  preprocess.crop = 30;
  const auto x = preprocess(ImageView{bytes.data(), 40, 60});
  EXPECT_EQ(x.sizes(), (std::vector<int64_t>{1, 3, 30, 30}));
  EXPECT_NEAR(x[0][1][4][7].item<float>(), 128.0 / 255 - 0.5, 1e-6);  // a byte near the mean
  const auto values = preprocess(torch::full({1, 3, 10, 500}, 0.25));
  EXPECT_NEAR(values[0][2][0][0].item<float>(), 128.0 / 255 - 0.5, 1e-6);
  EXPECT_NEAR(values[0][2][14][0].item<float>(), -0.25, 1e-6);  // one row is left of such a strip
  EXPECT_NEAR(values[0][2][15][0].item<float>(), 128.0 / 255 - 0.5, 1e-6);
  preprocess.squash = true;
  expect_error_parts(ErrorKind::usage, {"squash and border"}, [&] { preprocess(ImageView{bytes.data(), 40, 60}); });
}

TEST(ImagePreprocess, NormalisesEachChannel) {
  const std::vector<uint8_t> pixel{255, 0, 51};
  const ImagePreprocess preprocess{.mean = {0.5, 0.5, 0.2}, .std = {0.5, 0.25, 1}};
  const auto x = preprocess(ImageView{pixel.data(), 1, 1});
  EXPECT_TRUE(torch::allclose(x, torch::tensor({1.0f, -2.0f, 0.0f}).view({1, 3, 1, 1}), 0, 1e-6));
}

TEST(ImagePreprocess, ReadsRowsByTheirStride) {
  const auto bytes = ramp(2 * 16);
  const ImagePreprocess preprocess;
  const auto x = preprocess(ImageView{bytes.data(), 2, 3, 4, 16}) * 255;  // alpha is dropped, 4 bytes of padding
  EXPECT_EQ(x.sizes(), (std::vector<int64_t>{1, 3, 2, 3}));
  for (int64_t c = 0; c < 3; ++c)
    for (int64_t y = 0; y < 2; ++y)
      for (int64_t column = 0; column < 3; ++column)
        EXPECT_NEAR(x[0][c][y][column].item<float>(), bytes[y * 16 + column * 4 + c], 1e-4);
}

TEST(ImagePreprocess, GreyAndRgbConvertAsInPil) {
  const std::vector<uint8_t> rgb{255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 200, 99};
  const ImagePreprocess grey{.channels = 1};
  const auto luma = (grey(ImageView{rgb.data(), 1, 4}) * 255).round().to(torch::kInt64).flatten();
  EXPECT_TRUE(torch::equal(luma, torch::tensor({76, 150, 29, 132}, torch::kInt64)));  // PIL's convert("L")
  const std::vector<uint8_t> one{7};
  EXPECT_TRUE(torch::allclose(ImagePreprocess{}(ImageView{one.data(), 1, 1, 1}) * 255, torch::full({1, 3, 1, 1}, 7.0)));
}

TEST(ImagePreprocess, ShorterSideIsResizedAndTheCentreCropped) {
  const auto bytes = ramp(40 * 60 * 3);
  ImagePreprocess preprocess{.resize = 20};
  EXPECT_EQ(preprocess(ImageView{bytes.data(), 40, 60}).sizes(), (std::vector<int64_t>{1, 3, 20, 30}));
  EXPECT_EQ(preprocess(ImageView{bytes.data(), 60, 40}).sizes(), (std::vector<int64_t>{1, 3, 30, 20}));
  preprocess.crop = 15;
  EXPECT_EQ(preprocess(ImageView{bytes.data(), 40, 60}).sizes(), (std::vector<int64_t>{1, 3, 15, 15}));
  EXPECT_EQ(imagenet_preprocess()(ImageView{bytes.data(), 40, 60}).sizes(), (std::vector<int64_t>{1, 3, 224, 224}));
}

TEST(ImagePreprocess, CropRoundsHalvesToEvenAndPadsWithBlack) {
  const auto images = torch::arange(1, 6, torch::kUInt8).view({1, 1, 1, 5}).expand({1, 1, 5, 5}).contiguous();
  const auto cropped = [&](int64_t side) {
    const auto x = ImagePreprocess{.channels = 1, .crop = side}(images)*255;
    return x.select(2, side / 2).round().to(torch::kInt64).flatten();
  };
  EXPECT_TRUE(torch::equal(cropped(4), torch::tensor({1, 2, 3, 4}, torch::kInt64)));  // 0.5 rounds to 0
  EXPECT_TRUE(torch::equal(cropped(2), torch::tensor({3, 4}, torch::kInt64)));        // 1.5 rounds to 2
  EXPECT_TRUE(torch::equal(cropped(8), torch::tensor({0, 1, 2, 3, 4, 5, 0, 0}, torch::kInt64)));
}

TEST(ImagePreprocess, BytesStayBytesWhenResized) {
  const auto images = torch::randint(0, 256, {1, 3, 50, 41}, torch::kUInt8);
  for (const auto* interpolation : {"bilinear", "bicubic", "lanczos"}) {
    const auto x = ImagePreprocess{.resize = 20, .interpolation = interpolation}(images)*255;
    EXPECT_LE((x - x.round()).abs().max().item<float>(), 1e-4);
    EXPECT_GE(x.min().item<float>(), 0);
    EXPECT_LE(x.max().item<float>(), 255.001);
  }
}

TEST(ImagePreprocess, BatchEqualsSingle) {
  const auto images = torch::randint(0, 256, {2, 3, 30, 40}, torch::kUInt8);
  const ImagePreprocess preprocess{.resize = 24, .crop = 20, .mean = {0.1, 0.2, 0.3}, .std = {1, 2, 3}};
  const auto pixels = images[1].permute({1, 2, 0}).contiguous();
  const auto single = preprocess(ImageView{pixels.const_data_ptr<uint8_t>(), 30, 40});
  EXPECT_TRUE(torch::equal(preprocess(images).slice(0, 1), single));
}

TEST(ImagePreprocess, RefusesWhatDoesNotFit) {
  const std::vector<uint8_t> pixel(3);
  const ImageView view{pixel.data(), 1, 1};
  expect_error_parts(ErrorKind::usage, {"channels=0"}, [&] { ImagePreprocess{.channels = 0}(view); });
  expect_error_parts(ErrorKind::input, {"image: has 3 channels, the network takes 2"},
                     [&] { ImagePreprocess{.channels = 2}(view); });
  expect_error_parts(ErrorKind::usage, {"mean=1"}, [&] { ImagePreprocess{.mean = {0.5}}(view); });
  expect_error_parts(ErrorKind::usage, {"std", "0"}, [&] { ImagePreprocess{.std = {0, 1, 1}}(view); });
  expect_error_parts(ErrorKind::usage, {"nearest"}, [&] { ImagePreprocess{.interpolation = "nearest"}(view); });
  expect_error_parts(ErrorKind::input, {"height=0"}, [&] { ImagePreprocess{}(ImageView{pixel.data(), 0, 1}); });
  expect_error_parts(ErrorKind::input, {"has 5 channels, the network takes 3"}, [&] {
    const std::vector<uint8_t> bands(5);
    ImagePreprocess{}(ImageView{bands.data(), 1, 1, 5});
  });
  expect_error_parts(ErrorKind::input, {"uint8", "Int"}, [&] {
    ImagePreprocess{}(torch::zeros({1, 3, 2, 2}, torch::kInt));
  });
}

TEST(ImagePreprocess, AnyNumberOfChannelsIsPreparedAsStored) {
  const auto pixels = torch::arange(4 * 6 * 5, torch::kUInt8).view({4, 6, 5});
  const ImagePreprocess plain{.channels = 5, .mean = {0, 0.1, 0.2, 0.3, 0.4}, .std = {1, 2, 1, 2, 1}};
  const auto expected = (pixels.to(torch::kFloat) / 255 - torch::tensor(plain.mean)) / torch::tensor(plain.std);
  EXPECT_TRUE(torch::allclose(plain(view_of(pixels)), expected.permute({2, 0, 1}).unsqueeze(0).to(torch::kFloat)));
  EXPECT_TRUE(torch::equal(plain(pixels.permute({2, 0, 1}).unsqueeze(0).contiguous()), plain(view_of(pixels))));
  const auto values = (pixels.to(torch::kDouble) / 255).permute({2, 0, 1}).unsqueeze(0);
  EXPECT_TRUE(torch::allclose(plain(values), plain(view_of(pixels))));
  // A constant stays constant when it is resized, and a smaller image is padded with zeros.
  const ImagePreprocess larger{.channels = 5, .resize = 8, .crop = 10};
  const auto prepared = larger(view_of(torch::full({4, 6, 5}, 51, torch::kUInt8)));
  EXPECT_EQ(prepared.sizes(), (std::vector<int64_t>{1, 5, 10, 10}));
  EXPECT_NEAR(prepared[0][4][5][5].item<float>(), 0.2, 1e-6);
  EXPECT_EQ(prepared[0][4][0][5].item<float>(), 0);
  // RGBA is four channels for a network of four, RGB for one of three.
  const auto rgba = torch::arange(4 * 4 * 4, torch::kUInt8).view({4, 4, 4});
  EXPECT_FLOAT_EQ(ImagePreprocess{.channels = 4}(view_of(rgba))[0][3][0][0].item<float>(), 3.0F / 255);
  EXPECT_EQ(ImagePreprocess{}(view_of(rgba)).size(1), 3);
}

TEST(Thumbnail, ShowsTheFirstChannelsOfBands) {
  const auto pixels = test::pixels_of(torch::arange(8 * 4 * 5, torch::kUInt8).view({8, 4, 5}));
  const InMemoryImage image(pixels.bytes.data(), 8, 4, 5);
  const auto shown = thumbnail(image, 100);
  EXPECT_EQ(shown.channels, 3);
  EXPECT_EQ(shown.height, 8);
  EXPECT_EQ(std::vector<uint8_t>(shown.bytes.begin(), shown.bytes.begin() + 3), (std::vector<uint8_t>{0, 0, 0}));
  EXPECT_EQ(shown.bytes.back(), 255);  // stretched from the smallest to the largest value
  EXPECT_EQ(thumbnail(image, 4).width, 2);
}

TEST(ImagePreprocess, JsonOfEarlierFilesIsRead) {
  const auto json = nlohmann::json::parse(
      R"({"channels": 1, "resize": 0, "mean": [0.3], "std": [0.4], "interpolation": "bilinear"})");
  EXPECT_EQ(ImagePreprocess::from(json), (ImagePreprocess{.channels = 1, .mean = {0.3}, .std = {0.4}}));
}

TEST(ImagePreprocess, JsonRoundTrips) {
  auto preprocess = imagenet_preprocess();
  EXPECT_EQ(ImagePreprocess::from(nlohmann::json::parse(preprocess.to_json().dump())), preprocess);
  preprocess.crop.reset();
  EXPECT_EQ(ImagePreprocess::from(preprocess.to_json()), preprocess);
  preprocess.squash = true;
  EXPECT_EQ(ImagePreprocess::from(preprocess.to_json()), preprocess);
  preprocess.squash = false;
  preprocess.border = true;
  EXPECT_EQ(ImagePreprocess::from(preprocess.to_json()), preprocess);
  auto json = preprocess.to_json();
  json["mean"] = {1, 2};
  expect_error_parts(ErrorKind::file, {"mean=2"}, [&] { ImagePreprocess::from(json); });
  expect_error_parts(ErrorKind::file, {"channels"}, [] { ImagePreprocess::from(nullptr); });
}

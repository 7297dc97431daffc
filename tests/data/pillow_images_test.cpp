// Small files of every format and kind, random in size and content: their pixels are Pillow's.
#include <torch/types.h>

#include "reszoo/data/decode.h"
#include "reszoo/data/npy.h"
#include "reszoo/preprocess/image_preprocess.h"
#include "support/sample_image.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

const nlohmann::json& pillow_cases() {
  static const auto fixture = read_fixture("pillow_images");
  return fixture["cases"];
}

std::unique_ptr<LazyImage> opened_case(const nlohmann::json& record) {
  return open_image(Bytes::own(from_base64(record["file"].get<std::string>())), record["name"]);
}

void expect_pixels(const LazyImage& image, const nlohmann::json& record, int64_t near, const std::string& name) {
  const auto pixels = decode_image(image);
  ASSERT_EQ(pixels.sizes(), (std::vector<int64_t>{record["height"], record["width"], 3})) << name;
  if (near == 0) return expect_bytes(pixels.flatten(), record, name);
  const auto sampled = pixels.to(torch::kInt64).flatten().slice(0, 0, std::nullopt, record["stride"].get<int64_t>());
  const auto expected = torch::tensor(record["bytes"].get<std::vector<int64_t>>());
  EXPECT_LE((sampled - expected).abs().max().item<int64_t>(), near) << name;
}

void expect_values(const LazyImage& image, const nlohmann::json& record, const std::string& name) {
  const auto values = decode_values(image);
  ASSERT_EQ(values.sizes(), record["shape"].get<std::vector<int64_t>>()) << name;
  EXPECT_EQ(image.bands(), values.size(2)) << name;
  expect_close(values, record["values"], 1e-6, record["stride"], name);
  const auto sum = record["sum"].get<double>(), scale = values.abs().to(torch::kDouble).sum().item<double>();
  EXPECT_NEAR(values.to(torch::kDouble).sum().item<double>(), sum, 1e-6 * scale) << name;
}

}  // namespace

TEST(PillowImages, EveryFileHasThePixelsOfPillow) {
  ASSERT_GT(pillow_cases().size(), 200u);
  for (const auto& record : pillow_cases()) {
    const auto name = record["name"].get<std::string>();
    try {
      const auto image = opened_case(record);
      if (record.contains("pixels")) expect_pixels(*image, record["pixels"], record["near"], name);
      if (record.contains("values")) expect_values(*image, record["values"], name);
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

TEST(PillowImages, ABoxIsThatOfTheWholeImage) {
  for (const auto& record : pillow_cases()) {
    const auto image = opened_case(record);
    const Box box{1, 2, image->height() - 3, image->width() - 2};
    const auto name = record["name"].get<std::string>();
    if (record.contains("pixels"))
      EXPECT_TRUE(torch::equal(decode_image(*image).slice(0, 1, 1 + box.height).slice(1, 2),
                               bytes_of_pixels(with_channels(image->read(box), 3))))
          << name;
    if (!record.contains("values")) continue;
    const auto values = image->read_values(box);
    EXPECT_EQ(values.values.front(), decode_values(*image)[1][2][0].item<float>()) << name;
    EXPECT_EQ(values.values.back(), decode_values(*image)[box.height][-1][-1].item<float>()) << name;
  }
}

TEST(PillowImages, ATruncatedFileIsRefusedByName) {
  for (const auto& record : pillow_cases()) {
    const auto whole = from_base64(record["file"].get<std::string>());
    const auto name = record["name"].get<std::string>();
    // Bytes that are not needed: behind the end, further pages.
    if (name.find("garbage") != std::string::npos || name.find("two pages") != std::string::npos) continue;
    for (const auto size : {whole.size() / 4, whole.size() / 2}) {
      try {
        const auto image = open_image(Bytes::own(whole.substr(0, size)), "cut");
        record.contains("pixels") ? void(decode_image(*image)) : void(decode_values(*image));
        ADD_FAILURE() << name << ": " << size << " of " << whole.size() << " bytes were read";
      } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()).rfind("cut: ", 0), 0u) << error.what();
      }
    }
  }
}

TEST(PillowImages, ColoursThatWouldDifferAreRefused) {
  const auto lab = from_base64(read_fixture("pillow_images")["lab"].get<std::string>());
  expect_error(ErrorKind::file, "lab.tif: is a TIFF of CIELab colours, which is not read; convert it",
               [&] { open_image(Bytes::own(lab), "lab.tif"); });
}

TEST(PillowImages, ValuesAreResizedAsInModeF) {
  const auto fixture = read_fixture("pillow_images");
  ASSERT_FALSE(fixture["resizes"].empty());
  for (const auto& record : fixture["resizes"]) {
    const int64_t height = record["height"], width = record["width"], side = record["side"];
    const auto y = torch::arange(height).view({-1, 1, 1}), x = torch::arange(width).view({1, -1, 1});
    const auto bands = ((7 * y * y + 3 * x * (torch::arange(2) + 1)).remainder(101) / 8.0 - 3).to(torch::kFloat);
    const TempDir folder;
    write_npy(folder / "a.npy", bands);
    const ImagePreprocess preprocess{
        .channels = 2, .resize = side, .interpolation = record["interpolation"], .squash = true};
    const auto values = preprocess.prepare_values(*open_image(folder / "a.npy")).values;
    expect_close(torch::tensor(values), record["values"], 1e-6, record["stride"], record.dump().substr(0, 80));
  }
}

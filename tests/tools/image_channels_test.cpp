// Images of any number of channels and of more than 8 bits, from training to prediction; every format in one folder.
#include "reszoo/data/decode.h"
#include "reszoo/data/npy.h"
#include "reszoo/infer/model.h"
#include "small_data.h"
#include "support/fixture.h"
#include "support/jpeg.h"
#include "support/png.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

struct Bands {
  TempDir folder;
  std::string at(const std::string& name) const { return (folder / name).string(); }
  Words train(const std::string& data, const Words& more = {}) const {
    return with({"train",        "--model", "cifar_resnet20", "--data",   at(data),
                 "--recipe",     "image",   "--epochs",       "4",        "--lr",
                 "0.05",         "--out",   at("out"),        "--device", "cpu",
                 "--batch-size", "8",       "--threads",      "1",        "--json"},
                more);
  }
  std::string model() const { return at("out/model.safetensors"); }
};

/// Images of `channels` bands of floating point; the classes differ in the last band, in thousandths.
void put_bands(const fs::path& folder, int64_t channels, int count) {
  torch::manual_seed(7);
  for (int i = 0; i < count; ++i)
    for (const auto* name : {"low", "high"}) {
      auto image = torch::rand({12, 14, channels});
      image.select(2, channels - 1).div_(1000).add_(std::string(name) == "low" ? 5 : 5.002);
      fs::create_directories(folder / name);
      write_npy(folder / name / fmt::format("{:02}.npy", i), image);
    }
}

/// A PNG of 16 bits of gray around `value`.
std::string deep_png(int value, unsigned seed) {
  std::vector<uint16_t> pixels;
  for (int i = 0; i < 12 * 12; ++i) {
    seed = seed * 1664525 + 1013904223;
    pixels.push_back(static_cast<uint16_t>(static_cast<unsigned>(value) + (seed >> 28)));
  }
  return png_file(pixels.data(), 12, 12, PNG_FORMAT_LINEAR_Y);
}

}  // namespace

TEST(ImageChannels, BandsAreTrainedMeasuredAndPredicted) {
  const Bands bands;
  put_bands(bands.folder / "data", 5, 20);
  const auto trained = expect_success(bands.train("data", {"--test", "0.2"}));
  EXPECT_GE(trained.json()["test"]["accuracy"], 0.75);
  auto model = Model::load(bands.model());
  EXPECT_EQ(model.image->channels, 5);
  ASSERT_EQ(model.image->mean.size(), 5u);
  EXPECT_NEAR(model.image->mean[0], 0.5, 0.05);
  EXPECT_NEAR(model.image->mean[4], 5.0015, 0.001);
  EXPECT_LT(model.image->std[4], 0.003);
  EXPECT_EQ(model.predict(*open_image(bands.at("data/low/03.npy"))).label, "low");
  const auto said = expect_success({"predict", "--weights", bands.model(), bands.at("data/high/03.npy")}).out;
  EXPECT_NE(said.find("\"high\""), std::string::npos) << said;
  expect_success({"evaluate", "--weights", bands.model(), "--data", bands.at("data"), "--json"});
  expect_success({"features", "--weights", bands.model(), bands.at("data"), "--out", bands.at("features.npy")});
}

TEST(ImageChannels, AnotherNumberIsRefusedWithTheFileAndBothNumbers) {
  const Bands bands;
  put_bands(bands.folder / "data", 5, 4);
  write_npy(bands.folder / "data/low/four.npy", torch::rand({12, 14, 4}));
  expect_failure(1, bands.train("data"), {"four.npy: has 4 channels, most of these images have 5", "--on-bad skip"});
  fs::remove(bands.folder / "data/low/four.npy");
  expect_failure(1, bands.train("data", {"--in-chans", "3"}), {".npy: has 5 channels, the network takes 3"});
  expect_failure(1, bands.train("data", {"--mean", "1,2", "--std", "1,1"}), {"mean=2", "channels=5"});
  expect_success(bands.train("data", {"--epochs", "1", "--mean", "0,0,0,0,5", "--std", "1,1,1,1,0.001"}));
  EXPECT_EQ(Model::load(bands.model()).image->mean, (std::vector<double>{0, 0, 0, 0, 5}));
  write_file(bands.folder / "a.jpg", jpeg(std::vector<uint8_t>(3 * 144, 9), 12));
  expect_failure(1, {"predict", "--weights", bands.model(), bands.at("a.jpg")},
                 {"a.jpg: has 3 channels, the network takes 5"});
  write_npy(bands.folder / "nan.npy", torch::full({12, 14, 5}, std::nan("")));
  expect_failure(1, {"predict", "--weights", bands.model(), bands.at("nan.npy")},
                 {"nan.npy", "a value that is not finite"});
}

TEST(ImageChannels, SixteenBitsKeepTheirPrecision) {
  const Bands bands;
  for (int i = 0; i < 20; ++i)
    for (const auto& [name, value] : {std::pair("faint", 100), std::pair("fainter", 60)}) {
      fs::create_directories(bands.folder / "data" / name);
      write_file(bands.folder / "data" / name / fmt::format("{:02}.png", i), deep_png(value, static_cast<unsigned>(i)));
    }
  const auto trained = expect_success(bands.train("data", {"--test", "0.2", "--in-chans", "1"}));
  EXPECT_GE(trained.json()["test"]["accuracy"], 0.75);
  EXPECT_NEAR(Model::load(bands.model()).image->mean.front(), 88.0 / 65535, 1e-4);
}

TEST(ImageChannels, EveryFormatInOneFolderIsTrained) {
  const Bands bands;
  std::map<std::string, int> counts;
  const auto fixture = read_fixture("pillow_images");
  for (const auto& record : fixture["cases"]) {
    if (!record.contains("pixels") || !record["near"].is_number()) continue;
    const auto name = record["name"].get<std::string>();
    const auto format = name.substr(0, name.find(' '));
    if (name.find("stack") != std::string::npos || ++counts[format] > 6) continue;
    const auto folder = bands.folder / "data" / (counts[format] % 2 == 0 ? "even" : "odd");
    fs::create_directories(folder);
    write_file(folder / fmt::format("{}.{}", counts[format], format), from_base64(record["file"].get<std::string>()));
  }
  const auto result = expect_success(bands.train("data", {"--img-size", "16", "--epochs", "1"}));
  EXPECT_NE(result.err.find("33 rows to train on, 3 to validate"), std::string::npos) << result.err;
  const auto said = expect_success({"predict", "--weights", bands.model(), bands.at("data")}).out;
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 37) << said;
  write_file(bands.folder / "photo.heic", std::string("\0\0\0\x18"
                                                      "ftypheic\0\0\0\0mif1heic",
                                                      24));
  expect_failure(1, {"predict", "--weights", bands.model(), bands.at("photo.heic")}, {"photo.heic"});
}

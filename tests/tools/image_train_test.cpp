// train on images from files: folders of classes, parts, lists, CIFAR; and files that are bad.
#include "reszoo/infer/model.h"
#include "small_data.h"
#include "support/jpeg.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

/// An image of one colour and some noise, as JPEG.
std::string photo(int red, int blue, int width, int height, unsigned seed) {
  std::vector<uint8_t> pixels;
  for (int i = 0; i < width * height; ++i) {
    seed = seed * 1664525 + 1013904223;
    const int noise = static_cast<int>(seed >> 26);
    pixels.insert(pixels.end(), {static_cast<uint8_t>(red + noise), static_cast<uint8_t>(40 + noise),
                                 static_cast<uint8_t>(blue + noise)});
  }
  return jpeg(pixels, width, {.quality = 90});
}

/// Red and blue images of several sizes, `count` of each.
void write_photos(const fs::path& folder, int count) {
  for (int i = 0; i < count; ++i)
    for (const auto* name : {"red", "blue"}) {
      const bool red = std::string(name) == "red";
      fs::create_directories(folder / name);
      write_file(folder / name / fmt::format("{:02}.jpg", i),
                 photo(red ? 180 : 20, red ? 20 : 180, 40 + 3 * i, 60 - i, static_cast<unsigned>(i)));
    }
}

struct Photos {
  TempDir folder;
  std::string at(const std::string& name) const { return (folder / name).string(); }
  Words train(const std::string& data, const Words& more = {}) const {
    return with({"train",      "--model", "cifar_resnet20", "--data",    at(data),
                 "--img-size", "32",      "--epochs",       "3",         "--batch-size",
                 "8",          "--lr",    "0.05",           "--threads", "1",
                 "--workers",  "2",       "--device",       "cpu",       "--json",
                 "--out",      at("out")},
                more);
  }
};

}  // namespace

TEST(TrainImages, AFolderOfClassFoldersIsTrainedAndMeasured) {
  const Photos photos;
  write_photos(photos.folder / "data", 20);
  const auto result = expect_success(photos.train("data", {"--test", "0.2"}));
  EXPECT_NE(result.err.find("28 rows to train on, 4 to validate, 8 to test"), std::string::npos) << result.err;
  EXPECT_GE(result.json()["test"]["accuracy"], 0.75);
  const auto model = Model::load(photos.at("out/model.safetensors"));
  EXPECT_EQ(model.target->classes(), (Words{"blue", "red"}));
  EXPECT_EQ(model.image->crop, 32);
  EXPECT_EQ(model.image->resize, 36);
  const auto said =
      expect_success({"predict", "--weights", photos.at("out/model.safetensors"), photos.at("data/red/03.jpg")}).out;
  EXPECT_NE(said.find("red"), std::string::npos) << said;
}

TEST(TrainImages, AFolderOfPartsIsTakenAsItIs) {
  const Photos photos;
  write_photos(photos.folder / "data/train", 10);
  write_photos(photos.folder / "data/val", 4);
  write_photos(photos.folder / "data/test", 3);
  const auto result = expect_success(photos.train("data"));
  EXPECT_NE(result.err.find("20 rows to train on, 8 to validate, 6 to test"), std::string::npos) << result.err;
  fs::create_directories(photos.folder / "data/val/green");
  write_file(photos.folder / "data/val/green/1.jpg", photo(0, 0, 40, 40, 1));
  expect_failure(1, photos.train("data", {"--overwrite", "--out", photos.at("other")}), {"green"});
}

TEST(TrainImages, AListOfFilesIsTrained) {
  const Photos photos;
  write_photos(photos.folder / "images", 8);
  std::string list = "file,colour\n";
  for (int i = 0; i < 8; ++i) list += fmt::format("images/red/{0:02}.jpg,warm\nimages/blue/{0:02}.jpg,cold\n", i);
  write_file(photos.folder / "list.csv", list);
  expect_success(photos.train("list.csv", {"--target", "colour"}));
  EXPECT_EQ(Model::load(photos.at("out/model.safetensors")).target->classes(), (Words{"cold", "warm"}));
  expect_failure(1, photos.train("list.csv", {"--target", "colour", "--image-column", "lost", "--out", photos.at("x")}),
                 {"lost"});
  expect_failure(1, photos.train("list.csv", {"--out", photos.at("x")}),
                 {"--target: image networks take a table of image files"});
  write_file(photos.folder / "list.csv", list + "images/red/99.jpg,warm\n");
  expect_failure(1, photos.train("list.csv", {"--target", "colour", "--out", photos.at("x")}),
                 {"99.jpg", "--on-bad skip"});
}

TEST(TrainImages, BadFilesAreNamedAndSkippedOnRequest) {
  const Photos photos;
  write_photos(photos.folder / "data", 10);
  const auto whole = read_file(photos.folder / "data/red/03.jpg");
  write_file(photos.folder / "data/red/03.jpg", whole.substr(0, whole.size() / 2));
  write_file(photos.folder / "data/red/04.jpg", "no image");
  expect_failure(1, photos.train("data"),
                 {"03.jpg: damaged JPEG", "(and 1 more bad files of 20)", "--on-bad skip leaves such files out"});
  const auto result = expect_success(photos.train("data", {"--on-bad", "skip"}));
  for (const auto* part :
       {"03.jpg: damaged JPEG", "04.jpg: not an image that is read", "17 rows to train on, 1 to validate"})
    EXPECT_NE(result.err.find(part), std::string::npos) << part << " in " << result.err;
}

TEST(TrainImages, DamageInTheMiddleShowsInTrainingAndIsLeftOut) {
  const Photos photos;
  write_photos(photos.folder / "data", 10);
  auto bytes = read_file(photos.folder / "data/blue/05.jpg");
  bytes.replace(bytes.size() / 2, 8, "\xff\xd9\xff\xd9\xff\xd9\xff\xd9");  // an end in the middle: both ends look whole
  write_file(photos.folder / "data/blue/05.jpg", bytes);
  const auto result = expect_success(photos.train("data", {"--val", "0"}));
  const auto first = result.err.find("05.jpg: damaged JPEG");
  EXPECT_NE(first, std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("05.jpg: damaged JPEG", first + 1), std::string::npos) << "named once\n" << result.err;
  EXPECT_EQ(result.json()["left_out"].dump(), R"({"damaged image":1})");
  const auto strict = run_tool(photos.train("data", {"--val", "0", "--on-bad", "stop", "--overwrite"}));
  EXPECT_EQ(strict.code, 1);
  EXPECT_NE(strict.error_lines().back().find("05.jpg: damaged JPEG"), std::string::npos) << strict.err;
}

TEST(TrainImages, WorkersAndResumingChangeNothing) {
  const Photos photos;
  write_photos(photos.folder / "data", 10);
  const Words changes{"--train-crop-mode", "resized:0.3,1", "--auto-augment", "rand:2,9", "--reprob", "0.3",
                      "--mixup",           "0.3",           "--cutmix",       "1",        "--hflip",  "0.5"};
  const auto weights = [&](const Words& more) {
    expect_success(with(photos.train("data", changes + more), {}));
    return read_file(photos.folder / "out/model.safetensors");
  };
  const auto alone = weights({"--workers", "0"});
  EXPECT_EQ(weights({"--workers", "2", "--overwrite"}), alone);
  EXPECT_EQ(weights({"--workers", "8", "--overwrite"}), alone);
}

TEST(TrainImages, TheDataSaysTheDomainAndTheRecipe) {
  const Photos photos;
  put_images(photos.folder / "idx");
  const auto result = expect_success({"train", "--data", photos.at("idx"), "--epochs", "1", "--batch-size", "16",
                                      "--threads", "1", "--device", "cpu", "--json"});
  EXPECT_EQ(result.json()["model"], "cifar_resnet20");
  write_photos(photos.folder / "data", 4);
  const auto dry = expect_success({"train", "--data", photos.at("data"), "--dry-run", "--batch-size", "2", "--threads",
                                   "1", "--device", "cpu", "--json"});
  EXPECT_EQ(dry.json()["model"], "resnet50");
}

TEST(TrainImages, FineTuningTakesThePreprocessingOver) {
  const Photos photos;
  write_photos(photos.folder / "data", 8);
  expect_success(photos.train("data"));
  fs::rename(photos.folder / "out/model.safetensors", photos.folder / "first.safetensors");
  fs::create_directories(photos.folder / "other/a");
  fs::create_directories(photos.folder / "other/b");
  fs::create_directories(photos.folder / "other/c");
  for (int i = 0; i < 4; ++i)
    for (const auto* name : {"a", "b", "c"})
      write_file(photos.folder / "other" / name / fmt::format("{}.jpg", i),
                 photo(name[0] * 2 - 150, 50, 50, 40, static_cast<unsigned>(i)));
  const auto result = expect_success({"train",
                                      "--data",
                                      photos.at("other"),
                                      "--initial-checkpoint",
                                      photos.at("first.safetensors"),
                                      "--adapt",
                                      "--freeze",
                                      "*",
                                      "--unfreeze",
                                      "fc.*",
                                      "--epochs",
                                      "1",
                                      "--batch-size",
                                      "4",
                                      "--threads",
                                      "1",
                                      "--device",
                                      "cpu",
                                      "--json",
                                      "--out",
                                      photos.at("tuned")});
  const auto model = Model::load(photos.at("tuned/model.safetensors")),
             first = Model::load(photos.at("first.safetensors"));
  EXPECT_EQ(*model.image, *first.image);
  EXPECT_TRUE(torch::equal(model.network()->named_parameters()["conv1.weight"],
                           first.network()->named_parameters()["conv1.weight"]));
  EXPECT_EQ(model.target->classes().size(), 3u);
}

TEST(TrainImages, CifarFilesAreTrainedAndPredicted) {
  const Photos photos;
  const auto records = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i)
      text +=
          static_cast<char>(i % 2) + std::string(1024, static_cast<char>(i % 2 ? 200 : 10)) + std::string(2048, '\x40');
    return text;
  };
  fs::create_directories(photos.folder / "cifar");
  write_file(photos.folder / "cifar/data_batch_1.bin", records(40));
  write_file(photos.folder / "cifar/test_batch.bin", records(10));
  write_file(photos.folder / "cifar/batches.meta.txt",
             "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n");
  const auto result = expect_success(photos.train("cifar", {"--img-size", "32", "--recipe", "cifar"}));
  EXPECT_EQ(result.json()["test"]["accuracy"], 1);
  const auto predicted =
      expect_success({"predict", "--weights", photos.at("out/model.safetensors"), photos.at("cifar"), "--json"}).json();
  EXPECT_EQ(predicted["predictions"].size(), 10u);
  EXPECT_EQ(predicted["predictions"][1], "automobile");
}

TEST(TrainImages, OptionsOfTablesAreRefused) {
  const Photos photos;
  write_photos(photos.folder / "data", 4);
  expect_failure(1, photos.train("data", {"--groups", "x"}), {"--groups: is for tables"});
  expect_failure(1, photos.train("data", {"--on-bad", "maybe"}), {"--on-bad: must be stop or skip, got \"maybe\""});
  expect_failure(1, photos.train("data", {"--train-crop-mode", "middle"}), {"crop: must be none"});
  expect_failure(1, photos.train("data", {"--auto-augment", "random"}), {"auto"});
}

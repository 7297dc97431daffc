// The main job on pictures: a folder of IDX files.
#include "reszoo/infer/model.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// A folder of pictures, and a run to train on them.
struct Pictures {
  TempDir folder;
  Pictures() { put_pictures(folder / "idx"); }

  std::string at(const std::string& name) const { return (folder / name).string(); }
  Words train(const Words& more = {}) const {
    return Words{"train",        "--model", "cifar_resnet20", "--data", at("idx"),  "--epochs", "1",
                 "--batch-size", "16",      "--threads",      "1",      "--device", "cpu",      "--json"} +
           more;
  }
};

}  // namespace

TEST(Images, TrainsEvaluatesPredictsAndGivesFeatures) {
  const Pictures pictures;
  const auto trained = expect_success(pictures.train({"--out", pictures.at("out")})).json();
  const auto weights = pictures.at("out/model.safetensors");
  const auto measured =
      expect_success({"evaluate", "--weights", weights, "--data", pictures.at("idx"), "--threads", "1", "--json"})
          .json();
  for (const auto* metric : {"accuracy", "log_loss", "roc_auc"})
    EXPECT_NEAR(measured[metric].get<double>(), trained["test"][metric].get<double>(), 1e-4) << metric;
  const auto predicted = expect_success({"predict", "--weights", weights, pictures.at("idx"), "--json"}).json();
  EXPECT_EQ(predicted["predictions"].size(), 20u);
  const auto features =
      expect_success({"features", "--weights", weights, pictures.at("idx"), "--out", pictures.at("f.npy"), "--json"})
          .json();
  EXPECT_EQ(features["rows"], 20);
  EXPECT_EQ(features["features"], 64);
}

TEST(Images, ValidationAndTestMayBeFoldersOfTheirOwn) {
  const Pictures pictures;
  put_pictures(pictures.at("other"), 8, 12);
  const auto result = expect_success(pictures.train({"--val", pictures.at("other"), "--test", pictures.at("other")}));
  EXPECT_NE(result.err.find("40 rows to train on, 12 to validate, 12 to test"), std::string::npos) << result.err;
  EXPECT_EQ(result.json()["val"]["log_loss"], result.json()["test"]["log_loss"]);
}

TEST(Images, ClassesNeedNotCountFromZero) {
  const Pictures pictures;
  for (const auto& [split, count] : {std::pair("train", 40u), std::pair("t10k", 20u)}) {
    std::string labels;
    for (uint32_t i = 0; i < count; ++i) labels += static_cast<char>(i % 2 ? 9 : 4);
    write_file(pictures.folder / fmt::format("idx/{}-labels-idx1-ubyte", split), idx(0x0801, {count}, labels));
  }
  expect_success(pictures.train({"--out", pictures.at("out")}));
  EXPECT_EQ(Model::load(pictures.at("out/model.safetensors")).target->classes(), (Words{"4", "9"}));
}

TEST(Images, ATableForAnImageNetworkIsRefused) {
  const Goods goods;
  expect_failure(1, goods.train({"--model", "cifar_resnet20"}), {goods.at("data.csv"), "image networks", "table"});
}

TEST(Images, PicturesForATableNetworkAreRefused) {
  const Pictures pictures;
  expect_failure(1, {"train", "--model", "tabular_resnet", "--data", pictures.at("idx"), "--target", "x"},
                 {pictures.at("idx"), "tabular networks", "IDX folder"});
}

TEST(Images, ModelsRefuseInputsOfTheOtherDomain) {
  const Pictures pictures;
  const Goods goods;
  goods.trained();
  expect_success(pictures.train({"--out", pictures.at("out")}));
  const auto images = pictures.at("out/model.safetensors");
  expect_failure(1, {"predict", "--weights", goods.model(), pictures.at("idx")},
                 {"reads rows of a table, got a picture"});
  expect_failure(1, {"evaluate", "--weights", goods.model(), "--data", pictures.at("idx")},
                 {pictures.at("idx"), "a table"});
  expect_failure(1, {"evaluate", "--weights", images, "--data", goods.at("data.csv")}, {goods.at("data.csv"), "image networks"});
  expect_failure(1, {"predict", "--weights", images, goods.at("data.csv")}, {"data.csv", "picture"});
}

TEST(Images, DamagedIdxFilesAreNamed) {
  const Pictures pictures;
  const auto path = pictures.at("idx/train-images-idx3-ubyte");
  write_file(path, read_file(path).substr(0, 500));
  expect_failure(1, pictures.train(), {path, "500"});
}

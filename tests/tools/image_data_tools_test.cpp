// The tools on image data of all kinds: nothing is lost in silence, archives, targets of several labels and numbers.
#include "reszoo/data/encode.h"
#include "reszoo/data/table.h"
#include "reszoo/infer/model.h"
#include "small_data.h"
#include "support/fixture.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

/// A PNG file of 8 x 8 pixels, brighter with its value from 0 to 1.
std::string shade(double value, int number) {
  ImageBuffer pixels(8, 8, 3);
  for (size_t i = 0; i < pixels.bytes.size(); ++i)
    pixels.bytes[i] = static_cast<uint8_t>(200 * value + (static_cast<size_t>(number) * 7 + i * 13) % 50);
  return encode_png(pixels);
}

void put_at(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  write_file(path, content);
}

/// Shades.
struct Shades {
  TempDir folder;
  std::string at(const std::string& name) const { return (folder / name).string(); }
  std::string model() const { return at("out/model.safetensors"); }

  /// Writes class folders `dark` and `light`.
  void put_classes(const std::string& name, int count = 8) const {
    for (int i = 0; i < count; ++i)
      for (const bool light : {false, true})
        put_at(folder / name / (light ? "light" : "dark") / fmt::format("{}.png", i), shade(light, 2 * i + light));
  }

  /// Writes 16 images and a table with a line for each.
  void put_table(const std::string& header, const std::function<std::string(int number)>& cells) const {
    std::string table = "file," + header + "\n";
    for (int i = 0; i < 16; ++i) {
      put_at(folder / fmt::format("images/{:02}.png", i), shade(i / 15.0, i));
      table += fmt::format("{:02}.png,{}\n", i, cells(i));
    }
    write_file(folder / "list.csv", table);
  }

  Words train(const std::string& data, const Words& more = {}) const {
    return Words{"train", "--model", "cifar_resnet20", "--data",    at(data), "--epochs",  "2", "--batch-size",
                 "8",     "--val",   "0.25",           "--threads", "1",      "--workers", "0", "--device",
                 "cpu",   "--json",  "--out",          at("out")} +
           more;
  }
  Words evaluate(const std::string& data, const Words& more = {}) const {
    return Words{"evaluate", "--weights", model(), "--data", at(data), "--threads", "1", "--json"} + more;
  }
};

void expect_in(const std::string& text, const Words& parts) {
  for (const auto& part : parts) EXPECT_NE(text.find(part), std::string::npos) << "no \"" << part << "\" in: " << text;
}

}  // namespace

TEST(ImageData, WhatIsLeftOutIsSaidByAllTools) {
  const Shades shades;
  shades.put_classes("data/Train");
  shades.put_classes("data/dev", 2);
  put_at(shades.folder / "data/Train/dark/notes.txt", "notes");
  put_at(shades.folder / "data/dev/light/empty.png", "");
  put_at(shades.folder / "data/figures/1.png", shade(0.5, 0));
  const auto parts_as_given = [](Words run) {
    const auto val = std::find(run.begin(), run.end(), "--val");
    run.erase(val, val + 2);
    return run;
  };
  const auto trained = expect_success(parts_as_given(shades.train("data")));
  expect_in(trained.err, {"2 classes (dark, light); 16 images in Train, 4 images in dev; left out: ", "1 text file",
                          "1 empty file", "1 image in the folder figures/", "16 rows to train on, 4 to validate"});
  EXPECT_EQ(trained.json()["left_out"].dump(),
            R"({"empty file":1,"image in the folder figures/, which is no part":1,"text file":1})");
  const auto measured = expect_success(shades.evaluate("data"));
  EXPECT_EQ(measured.json()["left_out"]["text file"], 1);
  const auto replaced = expect_success(shades.train("data", {"--overwrite"}));
  EXPECT_EQ(replaced.json()["left_out"]["image of a part that the options replace"], 4);
  const auto predicted = expect_success({"predict", "--weights", shades.model(), shades.at("data"), "--json"});
  EXPECT_EQ(predicted.json()["rows"], 21);
  EXPECT_EQ(predicted.json()["left_out"].dump(), R"({"empty file":1,"text file":1})");
  expect_in(predicted.err, {"left out: 1 text file (Train/dark/notes.txt), 1 empty file (dev/light/empty.png)"});
  const auto features = expect_success(
      {"features", "--weights", shades.model(), shades.at("data"), "--out", shades.at("f.npy"), "--json"});
  EXPECT_EQ(features.json()["left_out"], predicted.json()["left_out"]);
}

TEST(ImageData, PredictAndFeaturesNameADamagedImageAndWriteTheOthersOnRequest) {
  const Shades shades;
  shades.put_classes("data");
  expect_success(shades.train("data"));
  const auto damaged = shades.folder / "data/dark/3.png";
  write_file(damaged, read_file(damaged).substr(0, 60));
  for (const Words& tool :
       {Words{"predict", "--out", shades.at("said.csv")}, Words{"features", "--out", shades.at("f.npy")}}) {
    const auto run = tool + Words{"--weights", shades.model(), shades.at("data"), "--json"};
    expect_failure(1, run, {"3.png", "--on-bad skip"});
    EXPECT_FALSE(fs::exists(tool[2]));
    const auto result = expect_success(run + Words{"--on-bad", "skip"});
    EXPECT_EQ(result.json()["rows"], 15);
    EXPECT_EQ(result.json()["left_out"].dump(), R"({"damaged image":1})");
    expect_in(result.err, {"dark/3.png", "left out: 1 damaged image"});
  }
  EXPECT_EQ(read_table(shades.at("said.csv")).rows(), 15);
}

TEST(ImageData, FoldersThatAreNoDataSayWhatWasFound) {
  const Shades shades;
  put_at(shades.folder / "data/a.txt", "text");
  expect_failure(1, {"train", "--data", shades.at("data")},
                 {"a folder of class folders", "IDX or CIFAR", "1 text file"});
  put_at(shades.folder / "one/cat/1.png", shade(0, 0));
  expect_failure(1, shades.train("one"), {"1 image of one class only, cat"});
}

TEST(ImageData, ArchivesAndParquetAreTrainedAndEvaluated) {
  const auto fixture = read_fixture("image_data");
  const Shades shades;
  for (const auto* name : {"train-0.tar", "train-1.tar", "val-0.tar"})
    put_at(shades.folder / "shards" / name, from_hex(fixture["tar"]["json"].get<std::string>()));
  put_at(shades.folder / "images.parquet", from_hex(fixture["parquet"]["datasets"].get<std::string>()));
  for (const auto* data : {"shards", "images.parquet"}) {
    const auto val =
        std::string(data) == "shards" ? Words{"--val", shades.at("shards/val-0.tar")} : Words{"--val", "0"};
    const auto trained = expect_success(with(shades.train(data, {"--img-size", "8", "--overwrite"}), val));
    expect_in(trained.err, {"3 classes (cat, dog, owl)"});
    EXPECT_EQ(Model::load(shades.model()).target->classes(), (Words{"cat", "dog", "owl"}));
    EXPECT_TRUE(expect_success(shades.evaluate(data)).json().contains("accuracy")) << data;
    const auto predicted = expect_success({"predict", "--weights", shades.model(), shades.at(data)});
    expect_in(predicted.out, {"\"input\",\"prediction\"",
                              std::string(data) == "shards" ? "val-0.tar/000003.png" : "images.parquet/50.png"});
  }
}

TEST(ImageData, SeveralLabelsAreTrainedEvaluatedAndPredicted) {
  const Shades shades;
  shades.put_table("tags", [](int i) { return i < 5 ? "dark" : i < 10 ? "\"dark, even\"" : i < 13 ? "" : "even"; });
  const Words root{"--image-root", shades.at("images")};
  const auto trained = expect_success(shades.train("list.csv", root + Words{"--target", "tags"}));
  expect_in(trained.err, {"several labels in a cell", "multilabel dark, even", "12 rows to train on, 4 to validate"});
  EXPECT_EQ(trained.json()["metric"], "log_loss");
  const auto measured =
      expect_success(shades.evaluate("list.csv", root + Words{"--report", shades.at("r.html")})).json();
  EXPECT_TRUE(measured.contains("hamming"));
  shades.put_table("dark,even",
                   [](int i) { return fmt::format("{},{}", int(i < 10), int((i >= 5 && i < 10) || i >= 13)); });
  EXPECT_EQ(expect_success(shades.evaluate("list.csv", root)).json(), measured);
  const auto predicted =
      expect_success({"predict", "--weights", shades.model(), shades.at("images"), "--topk", "0"}).out;
  expect_in(predicted, {"\"input\",\"prediction_dark\",\"prediction_even\""});
  const auto listed =
      expect_success(Words{"predict", "--weights", shades.model(), shades.at("list.csv"), "--topk", "0"} + root).out;
  EXPECT_EQ(listed, predicted);
}

TEST(ImageData, NumbersAndOrderedClassesAreTargets) {
  const Shades shades;
  shades.put_table("age,grade", [](int i) {
    return fmt::format("{},{}", i + 0.5, i < 5 ? "low" : i < 11 ? "middle" : "high");
  });
  const Words root{"--image-root", shades.at("images")};
  const auto trained = expect_success(shades.train("list.csv", root + Words{"--target", "age"}));
  expect_in(trained.err, {"regression age"});
  EXPECT_EQ(trained.json()["metric"], "rmse");
  const auto measured =
      expect_success(shades.evaluate("list.csv", root + Words{"--report", shades.at("r.html")})).json();
  EXPECT_TRUE(measured.contains("r2"));
  expect_in(read_file(shades.at("r.html")), {"largest errors"});
  const auto quantiles =
      expect_success(shades.train("list.csv", root + Words{"--target", "age", "--task", "quantile", "--overwrite"}));
  EXPECT_TRUE(quantiles.json()["val"].contains("pinball"));
  const auto ordered =
      expect_success(shades.train("list.csv", root + Words{"--target", "grade", "--task", "ordinal", "--classes",
                                                           "low,middle,high", "--overwrite"}));
  EXPECT_TRUE(ordered.json()["val"].contains("quadratic_kappa"));
  EXPECT_EQ(Model::load(shades.model()).target->classes(), (Words{"low", "middle", "high"}));
}

TEST(ImageData, WholeNumbersAreAskedFor) {
  const Shades shades;
  std::string table = "file,id\n";
  for (int i = 0; i < 24; ++i) {
    put_at(shades.folder / fmt::format("{}.png", i), shade(0, i));
    table += fmt::format("{0}.png,{0}\n", i);
  }
  write_file(shades.folder / "list.csv", table);
  expect_failure(1, shades.train("list.csv", {"--target", "id"}),
                 {"24 different whole numbers", "--task multiclass or --task regression"});
  const auto classes = expect_success(
      with(shades.train("list.csv", {"--target", "id", "--task", "multiclass", "--no-stratify"}), {"--val", "0"}));
  expect_in(classes.err, {"multiclass id"});
}

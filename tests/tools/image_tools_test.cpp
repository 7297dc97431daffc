// The main job on images: a folder of IDX files.
#include "reszoo/data/encode.h"
#include "reszoo/data/table.h"
#include "reszoo/infer/model.h"
#include "reszoo/weights/read.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// A folder of images, and a run to train on them.
struct IdxRun {
  TempDir folder;
  IdxRun() { put_images(folder / "idx"); }

  std::string at(const std::string& name) const { return (folder / name).string(); }
  Words train(const Words& more = {}) const {
    return Words{"train",        "--model", "cifar_resnet20", "--data", at("idx"),  "--epochs", "1",
                 "--batch-size", "16",      "--threads",      "1",      "--device", "cpu",      "--json"} +
           more;
  }
};

/// A coloured PNG file of 20 x 24 pixels, dark or bright.
std::string png(int number, bool bright) {
  ImageBuffer pixels(20, 24, 3);
  for (size_t i = 0; i < pixels.bytes.size(); ++i)
    pixels.bytes[i] = static_cast<uint8_t>((bright ? 120 : 0) + (static_cast<size_t>(number) * 7 + i * 13) % 100);
  return encode_png(pixels);
}

/// Class folders `bright` and `dark` of 8 files each; the first `wrong` of each are in the other's folder.
void put_files(const std::filesystem::path& folder, int wrong = 0) {
  for (const bool bright : {false, true}) {
    const auto of_class = folder / (bright ? "bright" : "dark");
    std::filesystem::create_directories(of_class);
    for (int i = 0; i < 8; ++i)
      write_file(of_class / fmt::format("{}.png", i), png(2 * i + bright, bright == (i >= wrong)));
  }
}

/// Class folders in `files`, and a model that was trained on them.
struct ImageFiles {
  TempDir folder;
  ImageFiles() {
    put_files(folder / "files");
    expect_success({"train",      "--model", "cifar_resnet20", "--data",    at("files"),
                    "--img-size", "32",      "--epochs",       "2",         "--batch-size",
                    "4",          "--val",   "0.25",           "--threads", "1",
                    "--device",   "cpu",     "--json",         "--out",     at("out")});
  }

  std::string at(const std::string& name) const { return (folder / name).string(); }
  std::string model() const { return at("out/model.safetensors"); }
  Words evaluate(const std::string& data, const Words& more = {}) const {
    return Words{"evaluate", "--weights", model(), "--data", at(data), "--threads", "1", "--json"} + more;
  }
};

/// What `predict` says of each file: its path, its class, the probability of `dark`.
struct Said {
  std::string path, guess;
  double dark;
};

std::vector<Said> predicted(const ImageFiles& files, const std::string& data) {
  expect_success({"predict", "--weights", files.model(), files.at(data), "--topk", "0", "--proba", "--threads", "1",
                  "--out", files.at("said.csv"), "--json"});
  std::vector<Said> all;
  const auto table = read_table(files.at("said.csv"));
  const auto word = [&](const char* column, int64_t row) {
    const auto& words = table.at(column);
    return words.words[static_cast<size_t>(words.codes[row].item<int64_t>())];
  };
  for (int64_t row = 0; row < table.rows(); ++row)
    all.push_back(
        {word("input", row), word("prediction", row), table.at("probability_dark").numbers[row].item<double>()});
  return all;
}

}  // namespace

TEST(Images, TrainsEvaluatesPredictsAndGivesFeatures) {
  const IdxRun run;
  const auto trained = expect_success(run.train({"--out", run.at("out")})).json();
  const auto weights = run.at("out/model.safetensors");
  const auto measured =
      expect_success({"evaluate", "--weights", weights, "--data", run.at("idx"), "--threads", "1", "--json"}).json();
  for (const auto* metric : {"accuracy", "log_loss", "roc_auc"})
    EXPECT_NEAR(measured[metric].get<double>(), trained["test"][metric].get<double>(), 1e-4) << metric;
  const auto predicted = expect_success({"predict", "--weights", weights, run.at("idx"), "--json"}).json();
  EXPECT_EQ(predicted["predictions"].size(), 20u);
  const auto features =
      expect_success({"features", "--weights", weights, run.at("idx"), "--out", run.at("f.npy"), "--json"}).json();
  EXPECT_EQ(features["rows"], 20);
  EXPECT_EQ(features["features"], 64);
}

TEST(Images, ValidationAndTestMayBeFoldersOfTheirOwn) {
  const IdxRun run;
  put_images(run.at("other"), 8, 12);
  const auto result = expect_success(run.train({"--val", run.at("other"), "--test", run.at("other")}));
  EXPECT_NE(result.err.find("40 rows to train on, 12 to validate, 12 to test"), std::string::npos) << result.err;
  EXPECT_EQ(result.json()["val"]["log_loss"], result.json()["test"]["log_loss"]);
}

TEST(Images, ClassesNeedNotCountFromZero) {
  const IdxRun run;
  for (const auto& [split, count] : {std::pair("train", 40u), std::pair("t10k", 20u)}) {
    std::string labels;
    for (uint32_t i = 0; i < count; ++i) labels += static_cast<char>(i % 2 ? 9 : 4);
    write_file(run.folder / fmt::format("idx/{}-labels-idx1-ubyte", split), idx(0x0801, {count}, labels));
  }
  expect_success(run.train({"--out", run.at("out")}));
  EXPECT_EQ(Model::load(run.at("out/model.safetensors")).target->classes(), (Words{"4", "9"}));
}

TEST(Images, ATableForAnImageNetworkIsRefused) {
  const Goods goods;
  expect_failure(1, goods.train({"--model", "cifar_resnet20"}), {goods.at("data.csv"), "image networks", "path, file"});
}

TEST(Images, ImagesForATableNetworkAreRefused) {
  const IdxRun run;
  expect_failure(1, {"train", "--model", "tabular_resnet", "--data", run.at("idx"), "--target", "x"},
                 {run.at("idx"), "tabular networks", "IDX folder"});
}

TEST(Images, ModelsRefuseInputsOfTheOtherDomain) {
  const IdxRun run;
  const Goods goods;
  goods.trained();
  expect_success(run.train({"--out", run.at("out")}));
  const auto images = run.at("out/model.safetensors");
  expect_failure(1, {"predict", "--weights", goods.model(), run.at("idx")}, {"reads rows of a table, got an image"});
  expect_failure(1, {"evaluate", "--weights", goods.model(), "--data", run.at("idx")}, {run.at("idx"), "a table"});
  expect_failure(1, {"evaluate", "--weights", images, "--data", goods.at("data.csv")},
                 {goods.at("data.csv"), "image networks"});
  expect_failure(1, {"predict", "--weights", images, goods.at("data.csv")}, {"data.csv", "image"});
}

TEST(Images, DamagedIdxFilesAreNamed) {
  const IdxRun run;
  const auto path = run.at("idx/train-images-idx3-ubyte");
  write_file(path, read_file(path).substr(0, 500));
  expect_failure(1, run.train(), {path, "500"});
}

TEST(Images, TheReportOfFilesShowsTrainingAndMistakes) {
  const ImageFiles files;
  const auto html = read_file(files.at("out/report.html"));
  for (const auto* part : {"learning rate", "images per second", "Confusion", "Worst mistakes"})
    EXPECT_NE(html.find(part), std::string::npos) << part;
  EXPECT_NE(html.find("<dt>validation rows</dt><dd>4</dd>"), std::string::npos);
}

TEST(Images, PredictTakesClassFoldersInTheOrderOfTheirPaths) {
  const ImageFiles files;
  std::vector<std::string> paths, sorted;
  for (const auto& said : predicted(files, "files")) paths.push_back(said.path);
  for (const auto* of_class : {"bright", "dark"})
    for (int i = 0; i < 8; ++i) sorted.push_back(files.at(fmt::format("files/{}/{}.png", of_class, i)));
  EXPECT_EQ(paths, sorted);
}

TEST(Images, EvaluateShowsTheWorstMistakesOfGoodFilesTheWorstFirst) {
  const ImageFiles files;
  put_files(files.folder / "mixed", 4);  // half of the images have the other class's name: some guesses are wrong
  auto said = predicted(files, "mixed");
  const auto damaged = files.at("mixed/bright/2.png");
  auto bytes = read_file(damaged);
  bytes[bytes.size() / 2] ^= 0x55;  // its head and end are as they should be
  write_file(damaged, bytes);
  const auto result = expect_success(files.evaluate("mixed", {"--report", files.at("report.html"), "--workers", "2"}));
  EXPECT_NE(result.err.find(damaged), std::string::npos) << result.err;
  const auto html = read_file(files.at("report.html"));
  const auto of_truth = [](const Said& file) {
    return file.path.find("/dark/") != std::string::npos ? file.dark : 1 - file.dark;
  };
  std::stable_sort(said.begin(), said.end(), [&](const auto& a, const auto& b) { return of_truth(a) < of_truth(b); });
  size_t wrong = 0, last = 0;
  double last_truth = 0;
  for (const auto& file : said) {
    const auto place = html.find(file.path.substr(file.path.find("mixed/")) + "</small>");
    const bool is_wrong = file.path.find("/" + file.guess + "/") == std::string::npos;
    EXPECT_EQ(place != std::string::npos, is_wrong && file.path != damaged) << file.path;
    if (place == std::string::npos) continue;
    if (of_truth(file) > last_truth + 1e-4) EXPECT_GT(place, last) << file.path;  // nearer ones may change places
    last = place;
    last_truth = of_truth(file);
    ++wrong;
  }
  EXPECT_GE(wrong, 7u);
  EXPECT_NE(html.find(fmt::format("All {} wrong guesses", wrong)), std::string::npos);
  EXPECT_NE(html.find("src=\"data:image/png;base64,iVBOR"), std::string::npos);
}

TEST(Images, EvaluateNamesImagesOfIdxFilesByTheirNumber) {
  const IdxRun run;
  expect_success(run.train({"--out", run.at("out")}));
  expect_success({"evaluate", "--weights", run.at("out/model.safetensors"), "--data", run.at("idx"), "--report",
                  run.at("report.html"), "--threads", "1", "--json"});
  const auto html = read_file(run.at("report.html"));
  EXPECT_TRUE(html.find("<small>test 1") != std::string::npos ||
              html.find("every guess is right") != std::string::npos);
}

TEST(Images, EvaluateTakesAListOfFilesAndItsColumns) {
  const ImageFiles files;
  put_files(files.folder / "mixed", 3);
  std::string list = "kind,split,photo\n";
  for (const auto* of_class : {"dark", "bright"})
    for (int i = 0; i < 8; ++i) list += fmt::format("{0},a,mixed/{0}/{1}.png\n", of_class, i);
  write_file(files.folder / "list.csv", list);
  const Words columns{"--image-column", "photo", "--target", "kind"};
  const auto measured = expect_success(files.evaluate("list.csv", columns)).json();
  const auto of_folder = expect_success(files.evaluate("mixed", {"--workers", "0"})).json();
  for (const auto* metric : {"accuracy", "log_loss", "f1"})
    EXPECT_NEAR(measured[metric].get<double>(), of_folder[metric].get<double>(), 1e-5) << metric;
  expect_failure(1, files.evaluate("list.csv"), {"list.csv", "--target", "none is called label"});
  write_file(files.folder / "list.csv", list + "dark,a,mixed/lost.png\n");
  expect_failure(1, files.evaluate("list.csv", columns), {"list.csv", "lost.png", "--on-bad skip"});
  const auto skipped = expect_success(files.evaluate("list.csv", columns + Words{"--on-bad", "skip"}));
  EXPECT_EQ(skipped.json()["accuracy"], measured["accuracy"]);
  EXPECT_EQ(skipped.json()["left_out"]["missing file"], 1);
  EXPECT_NE(skipped.err.find("lost.png"), std::string::npos) << skipped.err;
}

TEST(Images, ConvertWritesInt8) {
  const ImageFiles files;
  const auto out = files.at("int8.safetensors");
  const Words convert{"convert",         files.model(), out, "--int8", "--calibration-data",
                      files.at("files"), "--threads",   "1"};
  const auto made = expect_success(convert + Words{"--json"}).json();
  EXPECT_EQ(made["format"], "int8");
  EXPECT_EQ(made["layers"], 20);
  EXPECT_EQ(made["agreement"]["examples"], 16);
  EXPECT_GE(made["agreement"]["same_class"], 0.8);
  EXPECT_LT(3 * std::filesystem::file_size(out), std::filesystem::file_size(files.model()));
  for (const auto* precision : {"best", "float32", "int8"})
    EXPECT_GE(expect_success({"evaluate", "--weights", out, "--data", files.at("files"), "--precision", precision,
                              "--threads", "1", "--json"})
                  .json()["accuracy"],
              0.5)
        << precision;
  expect_success({"convert", out, files.at("back.pth"), "--json"});
  EXPECT_FALSE(read_weights(files.at("back.pth")).contains("layer1.0.conv1.weight_scale"));
}

TEST(Images, ConvertToInt8Refuses) {
  const ImageFiles files;
  const auto out = files.at("int8.safetensors");
  expect_failure(1, {"convert", files.model(), out, "--int8"}, {"--int8 and --calibration-data: go together"});
  expect_failure(1, {"convert", files.model(), files.at("int8.pth"), "--int8", "--calibration-data", files.at("files")},
                 {"must end in .safetensors", "int8.pth"});
  expect_failure(1, {"convert", files.model(), out, "--int8", "--calibration-data", files.at("none")},
                 {files.at("none")});
  expect_failure(1, {"evaluate", "--weights", files.model(), "--data", files.at("files"), "--precision", "int8"},
                 {"int8 needs a quantization"});
  expect_failure(1, {"evaluate", "--weights", files.model(), "--data", files.at("files"), "--precision", "int3"},
                 {"precision: must be", "int3"});
  expect_failure(
      1, {"convert", files.model(), out, "--int8", "--calibration-data", files.at("files"), "--model", "resnet18"},
      {"--model and --model-kwargs", files.model()});
  expect_failure(1, {"convert", files.model(), out, "--int8", "--calibration-data", "-"},
                 {"--calibration-data", "stdin"});
  expect_success({"convert", files.model(), files.at("script.pt"), "--json"});
  expect_failure(1, {"predict", "--weights", files.at("script.pt"), files.at("files"), "--precision", "int8"},
                 {"--precision", "script.pt"});
  EXPECT_FALSE(std::filesystem::exists(out));
}

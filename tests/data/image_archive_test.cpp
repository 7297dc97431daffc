// Images in tar archives and in Parquet files, as Python's packages write them.
#include "data/image_folder.h"
#include "reszoo/data/detect.h"
#include "support/fixture.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

std::string data_file(const char* group, const std::string& name) {
  static const auto fixture = read_fixture("image_data");
  return from_hex(fixture.at(group).at(name).get<std::string>());
}

/// What is read of one file.
ImageSplits read_file_of(const char* group, const std::string& name, const ImageReadOptions& options = {}) {
  const TempDir folder;
  put(folder / "data", data_file(group, name));
  return read_image_splits(folder / "data", options);
}

/// The labels of each image: "a b, c | - | c".
std::string labels_text(const ImageRows& rows) {
  std::vector<std::string> images;
  for (int64_t row = 0; row < rows.rows(); ++row) {
    std::vector<std::string> labels;
    for (const auto& column : rows.targets.columns)
      if (column.numbers[row].item<double>() == 1) labels.push_back(column.name);
    images.push_back(labels.empty() ? "-" : fmt::format("{}", fmt::join(labels, ", ")));
  }
  return fmt::format("{}", fmt::join(images, " | "));
}

}  // namespace

TEST(ImageArchive, ClassFoldersAreReadInEachFormatOfTar) {
  for (const auto* name : {"GNU", "pax", "gzip"}) {
    const auto splits = read_file_of("tar", name);
    EXPECT_EQ(splits_text(splits), "train: cat 2, dog 2; left out: 3") << name;
    EXPECT_EQ(gray_values(splits.train), (std::vector<int>{10, 20, 30, 40})) << name;
    EXPECT_EQ(splits.left_out.to_json().dump(), R"({"text file":1,"empty file":1,"link in an archive":1})") << name;
    EXPECT_TRUE(splits.train.names.at(0).ends_with("data/cat/1.png")) << splits.train.names.at(0);
  }
  EXPECT_EQ(splits_text(read_file_of("tar", "ustar")), "train: cat 2, dog 1; left out: 3");
}

TEST(ImageArchive, SamplesHaveTheirLabelsBesideThem) {
  const auto classes = read_file_of("tar", "cls");
  EXPECT_EQ(splits_text(classes), "train: 11 1, 3 2, 7 1; left out: 4");
  EXPECT_EQ(gray_values(classes.train), (std::vector<int>{0, 10, 20, 30}));
  EXPECT_TRUE(classes.train.classes);
  EXPECT_EQ(splits_text(read_file_of("tar", "json")), "train: cat 1, dog 1, owl 2; left out: 4");
  EXPECT_EQ(splits_text(read_file_of("tar", "json", {.label_columns = {"width"}})), "train: 2 4; left out: 4");
  EXPECT_EQ(splits_text(read_file_of("tar", "txt")), "train: a b 2, c 2; left out: 4");
  const auto numbers = read_file_of("tar", "numbers");
  EXPECT_FALSE(numbers.train.classes);
  EXPECT_TRUE(
      torch::equal(numbers.train.targets.columns[0].numbers, torch::tensor({0.5, 1.25, -3.0, 8.0}, torch::kDouble)));
  expect_error_parts(ErrorKind::input, {"000000.json has no field \"lost\"", "label, width"},
                     [] { read_file_of("tar", "json", {.label_columns = {"lost"}}); });
}

TEST(ImageArchive, AFieldOfJsonMayListLabels) {
  const auto splits = read_file_of("tar", "lists");
  EXPECT_EQ(labels_text(splits.train), "golden retriever, grass | - | grass | sky");
  EXPECT_NE(splits.notes.back().find("column \"labels\": several labels in a list"), std::string::npos);
  EXPECT_EQ(labels_text(read_file_of("tar", "lists of numbers").train), "3, 7 | 3 | 7");
  // A model's labels in its order, also one that does not occur.
  const auto known = read_file_of("tar", "lists of numbers", {.targets = {"7", "5", "3"}});
  EXPECT_EQ(known.train.targets.names(), (std::vector<std::string>{"7", "5", "3"}));
  expect_error_parts(ErrorKind::input, {"unknown label \"3\" in row 1", "7, 5"}, [] {
    read_file_of("tar", "lists of numbers", {.targets = {"7", "5"}});
  });
  expect_error(ErrorKind::input, "the model predicts one class", [] {
    read_file_of("tar", "lists", {.classes = {"grass", "sky"}, .targets = {"label"}});
  });
}

TEST(ImageArchive, ListsOfAnythingButLabelsAreRefused) {
  const auto message = [](const char* name, const std::string& part) {
    expect_error(ErrorKind::input, part, [&] { read_file_of("tar", name); });
  };
  message("zeros and ones", "lists of 3 zeros and ones");
  message("reals", "000000.json: \"labels\": a list of labels must hold texts or whole numbers, got 0.5");
  message("lists inside", "got [\"a\"]");
  message("no label", "\"\" is no label");
  expect_error(ErrorKind::usage, "label_column", [] { read_file_of("tar", "lists", {.label_columns = {"a", "b"}}); });
}

TEST(ImageArchive, PartsHaveTheSameLabels) {
  const TempDir folder;
  put(folder / "train-0.tar", data_file("tar", "lists"));
  put(folder / "val-0.tar", data_file("tar", "lists of numbers"));
  const auto splits = read_image_splits(folder.path());
  EXPECT_EQ(splits.train.targets.names(), (std::vector<std::string>{"3", "7", "golden retriever", "grass", "sky"}));
  EXPECT_EQ(splits.validation->targets.names(), splits.train.targets.names());
  EXPECT_EQ(labels_text(*splits.validation), "3, 7 | 3 | 7");
}

TEST(ImageArchive, ShardsAreNamedByPatternsAndParts) {
  const TempDir folder;
  for (const auto* name : {"train-000.tar", "train-001.tar", "val-000.tar"})
    put(folder / name, data_file("tar", "cls"));
  const auto all = read_image_splits(folder.path());
  EXPECT_EQ(all.train.rows(), 8);
  EXPECT_EQ(all.validation->rows(), 4);
  EXPECT_EQ(detect_data(folder.path()), DataKind::image_archive);
  put(folder / "README.md", "# Shards");
  EXPECT_EQ(read_image_splits(folder.path()).left_out.to_json()["text file"], 1);
  EXPECT_EQ(read_image_splits(folder / "train-{000..001}.tar").train.rows(), 8);
  EXPECT_EQ(read_image_splits(folder / "train-*.tar").train.rows(), 8);
  EXPECT_EQ(read_image_splits(folder / "{train-000,val-000}.tar").validation->rows(), 4);
  EXPECT_EQ(find_images(folder / "train-00?.tar").images.size(), 8);
  expect_error_parts(ErrorKind::file, {"train-002.tar: no such file", "{000..002}"},
                     [&] { read_image_splits(folder / "train-{000..002}.tar"); });
  expect_error(ErrorKind::file, "no file has this name or matches this pattern",
               [&] { read_image_splits(folder / "lost-*.tar"); });
}

TEST(ImageArchive, DamagedArchivesAreRefused) {
  const TempDir folder;
  const auto whole = data_file("tar", "GNU");
  put(folder / "cut.tar", whole.substr(0, 2100));
  expect_error_parts(ErrorKind::file, {"cut.tar: the tar archive is cut off", "cat/1.png"},
                     [&] { read_image_splits(folder / "cut.tar"); });
  auto damaged = whole;
  damaged[512 + 3] ^= 1;
  put(folder / "damaged.tar", damaged);
  expect_error(ErrorKind::file, "has a damaged header at byte 512", [&] { read_image_splits(folder / "damaged.tar"); });
  put(folder / "packed.tar.gz", data_file("tar", "gzip").substr(0, 200));
  expect_error(ErrorKind::file, "packed.tar.gz", [&] { read_image_splits(folder / "packed.tar.gz"); });
}

TEST(ImageArchive, FlatArchivesBesideEachOtherAreClasses) {
  const TempDir folder;
  for (const auto* name : {"n01.tar", "n02.tar"}) {
    const auto plain = data_file("tar", "cls");
    put(folder / name, plain.substr(0, 1024));  // one member: a header and a block
  }
  EXPECT_EQ(splits_text(read_image_splits(folder.path())), "train: n01 1, n02 1");
}

TEST(ImageParquet, DatasetsOfHuggingFaceAreRead) {
  const auto splits = read_file_of("parquet", "datasets");
  EXPECT_EQ(splits_text(splits), "train: cat 2, dog 1, owl 2");
  EXPECT_EQ(gray_values(splits.train), (std::vector<int>{10, 20, 30, 40, 50}));
  EXPECT_TRUE(splits.train.names.at(1).ends_with("data/20.png")) << splits.train.names.at(1);
  const auto unknown = read_file_of("parquet", "unknown labels");
  EXPECT_EQ(splits_text(unknown), "train: cat 1, dog 1, owl 1; left out: 2");
  EXPECT_EQ(gray_values(unknown.train), (std::vector<int>{10, 20, 40}));
}

TEST(ImageParquet, AColumnOfBytesIsFoundByItsContent) {
  const auto splits = read_file_of("parquet", "binary");
  EXPECT_EQ(splits_text(splits), "train: a 2, b 1");
  EXPECT_TRUE(splits.train.names.at(2).ends_with("row 3")) << splits.train.names.at(2);
  const TempDir folder;
  put(folder / "table.parquet", data_file("parquet", "a table"));
  EXPECT_EQ(detect_data(folder / "table.parquet"), DataKind::table);
  put(folder / "images.parquet", data_file("parquet", "binary"));
  EXPECT_EQ(detect_data(folder / "images.parquet"), DataKind::image_parquet);
  EXPECT_EQ(find_images(folder / "images.parquet").images.size(), 3);
  expect_error_parts(ErrorKind::usage, {"path_column", "\"lost\"", "png"},
                     [&] { read_image_splits(folder / "images.parquet", {.path_column = "lost"}); });
}

TEST(ImageParquet, FilesOfAFolderArePartsByTheirNames) {
  const TempDir folder;
  put(folder / "data/train-00000-of-00002.parquet", data_file("parquet", "datasets"));
  put(folder / "data/train-00001-of-00002.parquet", data_file("parquet", "datasets"));
  put(folder / "data/validation-00000-of-00001.parquet", data_file("parquet", "datasets"));
  put(folder / "README.md", "# A data set");
  const auto splits = read_image_splits(folder.path());
  EXPECT_EQ(splits_text(splits), "train: cat 4, dog 2, owl 4; val: cat 2, dog 1, owl 2; left out: 1");
  EXPECT_EQ(splits.left_out.text(), "1 text file (README.md)");
  put(folder / "assets/logo.png", small_png());
  EXPECT_EQ(detect_data(folder.path()), DataKind::image_parquet);
}

TEST(ImageParquet, AMissingImageIsABadOne) {
  expect_error_parts(ErrorKind::file, {"row 2", "is empty"}, [] { read_file_of("parquet", "a missing image"); });
  EXPECT_EQ(splits_text(read_file_of("parquet", "a missing image", {.on_bad = OnBadImage::skip})),
            "train: a 2; left out: 1");
}

TEST(ImageParquet, CellsMayHaveSeveralLabels) {
  const auto splits = read_file_of("parquet", "several", {.label_separator = "|"});
  EXPECT_EQ(splits.train.targets.names(), (std::vector<std::string>{"x", "y"}));
}

TEST(ImageParquet, AColumnMayListLabels) {
  for (const auto* name : {"lists", "large lists"})
    EXPECT_EQ(labels_text(read_file_of("parquet", name).train), "a b, c | - | - | c") << name;
  for (const auto* name : {"lists of classes", "lists of classes, as a list"})
    EXPECT_EQ(labels_text(read_file_of("parquet", name).train), "cat, owl | - | - | cat") << name;
  EXPECT_EQ(labels_text(read_file_of("parquet", "fixed lists").train), "1, 2 | 2, 3 | 1, 3 | 2, 3");
  expect_error_parts(ErrorKind::input, {"column \"labels\", row 2: class 3", "3 classes"},
                     [] { read_file_of("parquet", "lists of too many classes"); });
  expect_error(ErrorKind::input, "row 2: a label of the list is missing",
               [] { read_file_of("parquet", "lists with a gap"); });
  expect_error(ErrorKind::input, "must hold texts or whole numbers, got float",
               [] { read_file_of("parquet", "lists of reals"); });
}

TEST(ImageParquet, PartsHaveTheSameLabels) {
  const TempDir folder;
  put(folder / "train.parquet", data_file("parquet", "lists"));
  put(folder / "test.parquet", data_file("parquet", "lists of classes"));
  const auto splits = read_image_splits(folder.path());
  EXPECT_EQ(splits.train.targets.names(), (std::vector<std::string>{"a b", "c", "cat", "owl"}));
  EXPECT_EQ(labels_text(*splits.test), "cat, owl | - | - | cat");
}

// Tables of image files: columns of paths, of one or several targets, of parts.
#include "data/image_folder.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

using Names = std::vector<std::string>;

/// Reads this table beside the images a.png, b.png, c.png, 007.png and below/d.png.
ImageSplits read_table_of(const std::string& text, const ImageReadOptions& options = {}) {
  const TempDir folder;
  put_images_at(folder.path(), {"a.png", "b.png", "c.png", "007.png", "below/d.png"});
  put(folder / "list.csv", text);
  auto with_root = options;
  if (!options.image_root.empty()) with_root.image_root = folder / options.image_root.string();
  return read_image_splits(folder / "list.csv", with_root);
}

/// The columns of targets as "cat: 1 0 1".
std::string targets_text(const ImageRows& rows) {
  Names lines;
  for (const auto& column : rows.targets.columns) {
    Names values;
    for (int64_t row = 0; row < rows.rows(); ++row) values.push_back(number_text(column.numbers[row].item<double>()));
    lines.push_back(fmt::format("{}: {}", column.name, fmt::join(values, " ")));
  }
  return fmt::format("{}", fmt::join(lines, "; "));
}

}  // namespace

TEST(ImageTable, ColumnsAreFoundByTheirUsualNames) {
  for (const auto* header : {"file,label", "Filename,Class", "image_path,target", "file_name,category", "IMAGE,Label"})
    EXPECT_EQ(splits_text(read_table_of(fmt::format("{}\na.png,x\nb.png,y\n", header))), "train: x 1, y 1") << header;
  EXPECT_EQ(splits_text(read_table_of("what,label\na.png,x\nb.png,y\n")), "train: x 1, y 1");
  expect_error_parts(ErrorKind::usage, {"path_column: ", "none is called path", "what, label"},
                     [] { read_table_of("what,label\nq.png,x\n"); });
  expect_error_parts(ErrorKind::usage, {"label_column: ", "none is called label", "file, kind"},
                     [] { read_table_of("file,kind\na.png,x\n"); });
}

TEST(ImageTable, PathsMayLackTheirEndingAndHaveARoot) {
  EXPECT_EQ(splits_text(read_table_of("image_id,label\na,x\n007,y\n")), "train: x 1, y 1");
  const auto numbers = read_table_of("image_id,label\n007,y\n");
  EXPECT_TRUE(numbers.train.names.at(0).ends_with("/007.png")) << numbers.train.names.at(0);
  EXPECT_EQ(splits_text(read_table_of("file,label\nd.png,x\nd.png,y\n", {.image_root = "below"})), "train: x 1, y 1");
}

TEST(ImageTable, PathsOfWindowsAreRead) {
  const auto splits = read_table_of("file,label\nbelow\\d.png,x\n.\\a.png,y\n");
  EXPECT_TRUE(splits.train.names.at(0).ends_with("/below/d.png")) << splits.train.names.at(0);
}

TEST(ImageTable, MissingFilesAreCountedAndNamed) {
  const std::string table = "file,label\na.png,x\nlost.png,y\nb.png,y\ngone.png,x\n";
  expect_error_parts(ErrorKind::file, {"2 of 4 files are missing", "row 2, lost.png", "image_root=", "on_bad=skip"},
                     [&] { read_table_of(table); });
  const auto skipped = read_table_of(table, {.on_bad = OnBadImage::skip});
  EXPECT_EQ(splits_text(skipped), "train: x 1, y 1; left out: 2");
  EXPECT_EQ(skipped.left_out.to_json().dump(), R"({"missing file":2})");
}

TEST(ImageTable, SeveralLabelsAreColumnsOrSeparated) {
  const auto columns =
      read_table_of("file,cat,dog\na.png,1,0\nb.png,1,1\nc.png,0,1\n", {.label_columns = {"cat", "dog"}});
  EXPECT_EQ(targets_text(columns.train), "cat: 1 1 0; dog: 0 1 1");
  for (const auto* separator : {"|", ";", " ", ", "}) {
    const auto cell = fmt::format("\"cat{}dog\"", separator);
    const auto separated = read_table_of(fmt::format("file,label\na.png,cat\nb.png,{}\nc.png,dog\n", cell));
    EXPECT_EQ(targets_text(separated.train), "cat: 1 1 0; dog: 0 1 1") << separator;
  }
  EXPECT_EQ(
      targets_text(read_table_of("file,label\na.png,cat/owl\nb.png,\nc.png,dog/cat\n", {.label_separator = "/"}).train),
      "cat: 1 0 1; dog: 0 0 1; owl: 1 0 0");
}

TEST(ImageTable, ACellMayHaveOneOfSeveralLabels) {
  const std::string table = "file,label\na.png,cat\nb.png,dog\nc.png,\n";
  EXPECT_EQ(targets_text(read_table_of(table, {.several_labels = true}).train), "cat: 1 0 0; dog: 0 1 0");
}

TEST(ImageTable, ClassesOfSeveralWordsStayClasses) {
  for (const auto* classes : {"golden retriever|german shepherd", "black cat|white dog"}) {
    const std::string both = classes;
    const auto bar = both.find('|');
    const auto splits =
        read_table_of(fmt::format("file,label\na.png,{}\nb.png,{}\n", both.substr(0, bar), both.substr(bar + 1)));
    EXPECT_EQ(splits.train.targets.columns.size(), 1u) << classes;
  }
  const auto unclear = read_table_of("file,label\na.png,red car\nb.png,blue car\nc.png,red bus\n007.png,blue bus\n");
  EXPECT_EQ(unclear.train.targets.columns.size(), 1u);
  EXPECT_NE(unclear.notes.back().find("read as one class"), std::string::npos) << unclear.notes.back();
}

TEST(ImageTable, AModelsLabelsSayTheSeparatorAndTheOrder) {
  const std::string table = "file,tags\na.png,dog\nb.png,dog cat\n";
  EXPECT_EQ(targets_text(read_table_of(table, {.targets = {"cat", "dog", "owl"}}).train),
            "cat: 0 1; dog: 1 1; owl: 0 0");
  expect_error_parts(ErrorKind::input, {"label_separator", "\"tags\"", "cat, owl"}, [&] {
    read_table_of(table, {.targets = {"cat", "owl"}});
  });
  EXPECT_EQ(targets_text(read_table_of("file,cat,owl\na.png,1,0\n", {.targets = {"cat", "owl"}}).train),
            "cat: 1; owl: 0");
}

TEST(ImageTable, NumbersAreTargets) {
  const auto splits = read_table_of("file,age\na.png,31.5\nb.png,20\n", {.label_columns = {"age"}});
  EXPECT_FALSE(splits.train.classes);
  EXPECT_EQ(targets_text(splits.train), "age: 31.5 20");
}

TEST(ImageTable, AColumnOfPartsIsUsed) {
  EXPECT_EQ(
      splits_text(read_table_of("file,label,split\na.png,x,train\nb.png,y,Train\nc.png,x,valid\n007.png,y,test\n")),
      "train: x 1, y 1; val: x 1; test: y 1");
  EXPECT_EQ(splits_text(read_table_of("file,label,split\na.png,x,one\nb.png,y,two\n")), "train: x 1, y 1");
}

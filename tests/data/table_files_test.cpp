// Folders, patterns and several files as one table.
#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/ipc/writer.h>
#include <parquet/arrow/writer.h>
#include <torch/types.h>

#include "read_text.h"
#include "reszoo/data/detect.h"
#include "reszoo/data/table_stream.h"
#include "small_files.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

namespace fs = std::filesystem;
using FileWords = std::vector<std::string>;

std::shared_ptr<arrow::Table> arrow_rows(std::vector<double> values) {
  arrow::DoubleBuilder builder;
  EXPECT_TRUE(builder.AppendValues(values).ok());
  return arrow::Table::Make(arrow::schema({arrow::field("x", arrow::float64())}), {builder.Finish().ValueOrDie()});
}

void put_parquet(const fs::path& path, const std::vector<double>& values) {
  fs::create_directories(path.parent_path());
  const auto file = arrow::io::FileOutputStream::Open(path.string()).ValueOrDie();
  ASSERT_TRUE(parquet::arrow::WriteTable(*arrow_rows(values), arrow::default_memory_pool(), file).ok());
  ASSERT_TRUE(file->Close().ok());
}

/// Returns a column of the parts that a reader returns, one list per part.
std::vector<std::vector<double>> parts_of(const TablePaths& paths, const TableReadOptions& options = {}) {
  std::vector<std::vector<double>> parts;
  for (TableReader reader(paths, options); const auto rows = reader.next();)
    parts.push_back(numbers_of(rows->frame.at("x")));
  return parts;
}

}  // namespace

TEST(TableFiles, SparksEmptyPartsAreLeftOut) {
  const TempDir folder;
  put_parquet(folder / "part-0.parquet", {1, 2});
  put_parquet(folder / "part-1.parquet", {});
  put_parquet(folder / "part-2.parquet", {3});
  put(folder / "_SUCCESS", "");
  put(folder / ".part-0.parquet.crc", "crc");
  FileWords notes;
  const TableReadOptions options{.on_note = [&](const auto& line) { notes.push_back(line); }};
  EXPECT_EQ(numbers_of(read_table(folder.path(), options).at("x")), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(notes, FileWords{fmt::format("1 of 3 files has no rows: {}", (folder / "part-1.parquet").string())});
  EXPECT_EQ(parts_of(folder.path()), (std::vector<std::vector<double>>{{1, 2}, {3}}));
  put_parquet(folder / "none/a.parquet", {});
  expect_error(ErrorKind::input, "has a header but no rows", [&] { read_table(folder / "none"); });
  const TempDir text;
  put(text / "part-00000", "");
  put(text / "part-00001", "x,y\n1,2\n");
  put(text / "part-00002", "x,y\n");
  EXPECT_EQ(detect_data(text.path()), DataKind::table);
  EXPECT_EQ(read_table(text.path()).rows(), 1);
}

TEST(TableFiles, FoldersOfHiveAreColumns) {
  const TempDir folder;
  put_parquet(folder / "year=2023/kind=a%20b/p.parquet", {1});
  put_parquet(folder / "year=2024/kind=c/p.parquet", {2, 3});
  put_parquet(folder / "year=__HIVE_DEFAULT_PARTITION__/kind=c/p.parquet", {4});
  EXPECT_EQ(detect_data(folder.path()), DataKind::table);
  const auto table = read_table(folder.path());
  EXPECT_EQ(table.names(), (FileWords{"x", "kind", "year"}));
  EXPECT_EQ(texts(table.at("kind")), (FileWords{"a b", "c", "c", "c"}));
  EXPECT_EQ(numbers_of(table.at("year"))[2], 2024);
  EXPECT_TRUE(table.at("year").missing()[3].item<bool>());
  EXPECT_EQ(read_table(folder.path(), {.columns = {"year", "x"}}).names(), (FileWords{"year", "x"}));
  EXPECT_EQ(read_table(folder.path(), {.columns = {"year"}}).rows(), 4);
  EXPECT_EQ(read_table(folder.path(), {.ignore = {"year"}}).names(), (FileWords{"x", "kind"}));
  // A part by itself: its own path gives the columns that are asked for.
  const auto part = folder / "year=2024";
  EXPECT_EQ(numbers_of(read_table(part, {.columns = {"x", "year"}}).at("year")), (std::vector<double>{2024, 2024}));
  EXPECT_EQ(read_table(part).names(), (FileWords{"x", "kind"}));
  TableReader reader(folder.path(), {.columns = {"x"}}, {"kind"});
  std::ostringstream out;
  TableWriter writer(out);
  while (const auto rows = reader.next()) writer.write(rows->frame, rows->kept);
  writer.finish();
  EXPECT_EQ(out.str(), "\"kind\",\"x\"\n\"a b\",1\n\"c\",2\n\"c\",3\n\"c\",4\n");
}

TEST(TableFiles, CodesInNamesOfFoldersStayText) {
  const TempDir folder;
  put(folder / "zip=007/a.csv", "x\n1\n");
  put(folder / "zip=12/b.csv", "x\n2\n");
  EXPECT_EQ(texts(read_table(folder.path()).at("zip")), (FileWords{"007", "12"}));
}

TEST(TableFiles, FilesInSubfoldersOfAnyFormatAreRead) {
  for (const auto& [ending, first, second] :
       {std::tuple(".csv", "x,t\n1,a\n", "t,x\nb,2\n"),
        std::tuple(".jsonl", "{\"x\": 1, \"t\": \"a\"}\n", "{\"x\": 2, \"t\": \"b\"}\n")}) {
    const TempDir folder;
    put(folder / ("2023/a" + std::string(ending)), first);
    put(folder / ("2024/b" + std::string(ending)), second);
    put(folder / "README.md", "# Rows\n");
    put(folder / "2023/notes.txt", "x\n");
    FileWords notes;
    const auto table = read_table(folder.path(), {.on_note = [&](const auto& line) { notes.push_back(line); }});
    EXPECT_EQ(numbers_of(table.at("x")), (std::vector<double>{1, 2}));
    EXPECT_EQ(texts(table.at("t")), (FileWords{"a", "b"}));
    EXPECT_EQ(notes, FileWords{folder.path().string() + ": 2 other files left out: .md (1), .txt (1)"});
    EXPECT_EQ(parts_of(folder.path()).size(), 2);
  }
}

TEST(TableFiles, PatternsAndListsAreOneTable) {
  const TempDir folder;
  put(folder / "a1.csv", "x\n1\n");
  put(folder / "a2.csv", "x\n2\n");
  put(folder / "b[1].csv", "x\n3\n");
  EXPECT_EQ(numbers_of(read_table(folder / "a*.csv").at("x")), (std::vector<double>{1, 2}));
  EXPECT_EQ(numbers_of(read_table(folder / "b[1].csv").at("x")), std::vector<double>{3});
  const std::vector<fs::path> both{folder / "b[1].csv", folder / "a1.csv"};
  EXPECT_EQ(numbers_of(read_table(both).at("x")), (std::vector<double>{3, 1}));
  EXPECT_EQ(parts_of(both), (std::vector<std::vector<double>>{{3}, {1}}));
  expect_error_parts(ErrorKind::file, {"c*.csv: no file has this name or matches"},
                     [&] { read_table(folder / "c*.csv"); });
}

TEST(TableFiles, AColumnThatIsTextInOneFileIsTextInAll) {
  const TempDir folder;
  put(folder / "a.csv", "x,y\n1.50,1\n");
  put(folder / "b.csv", "x,y\nn.a.,2\n");
  EXPECT_EQ(texts(read_table(folder.path()).at("x")), (FileWords{"1.50", "n.a."}));
  put(folder / "c.csv", "x,z\n3,4\n");
  expect_error_parts(ErrorKind::input, {"c.csv: no column \"y\", which", "a.csv has"},
                     [&] { read_table(folder.path()); });
}

TEST(TableFiles, WhatHasTwoMeaningsIsAsked) {
  const TempDir parts, formats;
  put(parts / "train.csv", "x\n1\n");
  put(parts / "test.csv", "x\n2\n");
  expect_error_parts(ErrorKind::usage, {"has parts for training and testing", "train.csv", "test.csv"},
                     [&] { read_table(parts.path()); });
  put(formats / "a.csv", "x\n1\n");
  put_parquet(formats / "b.parquet", {2});
  expect_error_parts(ErrorKind::usage, {"has tables of several formats", "CSV", "Parquet"},
                     [&] { read_table(formats.path()); });
}

TEST(TableFiles, ArrowStreamsAreRead) {
  const TempDir folder;
  const auto path = (folder / "t.arrows").string();
  const auto file = arrow::io::FileOutputStream::Open(path).ValueOrDie();
  const auto writer = arrow::ipc::MakeStreamWriter(file, arrow_rows({})->schema()).ValueOrDie();
  ASSERT_TRUE(writer->WriteTable(*arrow_rows({1, 2})).ok() && writer->WriteTable(*arrow_rows({3})).ok());
  ASSERT_TRUE(writer->Close().ok() && file->Close().ok());
  EXPECT_EQ(detect_data(path), DataKind::table);
  EXPECT_EQ(numbers_of(read_table(path).at("x")), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(parts_of(path).size(), 2);
  std::istringstream stream(read_file(path));
  EXPECT_EQ(read_table(stream, "stdin").rows(), 3);
  expect_error(ErrorKind::input, "no column \"y\"", [&] { read_table(path, {.columns = {"y"}}); });
}

TEST(TableFiles, BytesThatAreTextAreText) {
  const TempDir folder;
  const auto path = (folder / "t.parquet").string();
  const auto write = [&](const std::string& second) {
    arrow::BinaryBuilder words;
    ASSERT_TRUE(words.Append("a").ok() && words.AppendNull().ok() && words.Append(second).ok());
    const auto table =
        arrow::Table::Make(arrow::schema({arrow::field("t", arrow::binary())}), {words.Finish().ValueOrDie()});
    const auto file = arrow::io::FileOutputStream::Open(path).ValueOrDie();
    ASSERT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), file).ok() && file->Close().ok());
  };
  write("b");
  EXPECT_EQ(texts(read_table(path).at("t")), (FileWords{"a", "-", "b"}));
  write("\xff\xd8");
  arrow::StringBuilder latin;
  ASSERT_TRUE(latin.Append("a").ok() && latin.Append("gr\xfcn").ok());
  const auto text =
      arrow::Table::Make(arrow::schema({arrow::field("t", arrow::utf8())}), {latin.Finish().ValueOrDie()});
  const auto other = arrow::io::FileOutputStream::Open((folder / "u.parquet").string()).ValueOrDie();
  ASSERT_TRUE(parquet::arrow::WriteTable(*text, arrow::default_memory_pool(), other).ok() && other->Close().ok());
  expect_error_parts(ErrorKind::input, {"u.parquet: row 2: column \"t\"", "bytes that are not UTF-8"},
                     [&] { read_table(folder / "u.parquet"); });
  expect_error_parts(ErrorKind::input, {"t.parquet: row 3: column \"t\"", "bytes that are not UTF-8"},
                     [&] { read_table(path); });
}

// Reading and writing of tables in parts.
#include "reszoo/data/table_stream.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/ipc/writer.h>
#include <parquet/arrow/writer.h>
#include <torch/types.h>

#include <sstream>

#include "reszoo/base/atomic_file.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

using Words = std::vector<std::string>;

/// Keys beyond the precision of a double, a number, and a text with missing values.
std::shared_ptr<arrow::Table> big_table(int64_t rows) {
  arrow::Int64Builder key;
  arrow::DoubleBuilder x;
  arrow::StringBuilder t;
  for (int64_t i = 0; i < rows; ++i) {
    EXPECT_TRUE(key.Append((int64_t{1} << 60) + i).ok() && x.Append(0.5 * static_cast<double>(i % 1000)).ok());
    EXPECT_TRUE((i % 5 == 0 ? t.AppendNull() : t.Append("w" + std::to_string(i % 7))).ok());
  }
  return arrow::Table::Make(arrow::schema({arrow::field("key", arrow::int64()), arrow::field("x", arrow::float64()),
                                           arrow::field("t", arrow::utf8())}),
                            {key.Finish().ValueOrDie(), x.Finish().ValueOrDie(), t.Finish().ValueOrDie()});
}

void write_parquet(const std::filesystem::path& path, const std::shared_ptr<arrow::Table>& table, int64_t group) {
  const auto file = arrow::io::FileOutputStream::Open(path.string()).ValueOrDie();
  ASSERT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), file, group).ok() && file->Close().ok());
}

void write_feather(const std::filesystem::path& path, const std::shared_ptr<arrow::Table>& table, int64_t batch) {
  const auto file = arrow::io::FileOutputStream::Open(path.string()).ValueOrDie();
  const auto writer = arrow::ipc::MakeFileWriter(file, table->schema()).ValueOrDie();
  ASSERT_TRUE(writer->WriteTable(*table, batch).ok() && writer->Close().ok() && file->Close().ok());
}

std::string csv(int64_t rows) {
  std::string text = "key,x,t\n";
  for (int64_t i = 0; i < rows; ++i)
    text += fmt::format("00{},{},{}\n", i, i % 1000, i % 5 == 0 ? "" : i % 3 == 0 ? "\"a\nb\"" : "w");
  return text;
}

/// Returns all parts concatenated, and their number.
std::pair<Frame, size_t> all_of(TableReader reader) {
  std::vector<Frame> parts;
  int64_t row = 1;
  while (const auto rows = reader.next()) {
    EXPECT_EQ(rows->frame.first_row, row);
    row += rows->frame.rows();
    parts.push_back(rows->frame);
  }
  return {concat(parts), parts.size()};
}

void expect_same(const Frame& got, const Frame& wanted) {
  ASSERT_EQ(got.names(), wanted.names());
  for (const auto& column : wanted.columns) {
    const auto& other = got.at(column.name);
    ASSERT_EQ(other.kind, column.kind);
    if (column.kind == Column::Kind::number) {
      EXPECT_TRUE(torch::equal(other.numbers, column.numbers)) << column.name;
      continue;
    }
    const auto a = as_text(other), b = as_text(column);
    EXPECT_EQ(a.words, b.words) << column.name;
    EXPECT_TRUE(torch::equal(a.codes, b.codes)) << column.name;
  }
}

/// Copies a table in parts and keeps `key`.
void copy(TableReader reader, TableWriter writer) {
  while (const auto rows = reader.next()) writer.write({{rows->frame.at("x")}}, rows->kept);
  writer.finish();
}

}  // namespace

TEST(TableReader, PartsOfAFileAreTheWholeFile) {
  const TempDir folder;
  const int64_t rows = 150000;
  write_parquet(folder / "t.parquet", big_table(rows), 100000);
  write_feather(folder / "t.feather", big_table(rows), 100000);
  for (const auto* name : {"t.parquet", "t.feather"}) {
    const auto [frame, parts] = all_of(TableReader(folder / name));
    EXPECT_GE(parts, 3u) << name;
    expect_same(frame, read_table(folder / name));
  }
}

TEST(TableReader, PartsOfATextAreTheWholeText) {
  const auto text = csv(1000000);
  std::istringstream one(text), other(text);
  const TableReadOptions options{.text = {"key"}};
  const auto [frame, parts] = all_of(TableReader(one, "stdin", options));
  EXPECT_GE(parts, 2u);
  expect_same(frame, read_table(other, "stdin", options));
}

TEST(TableReader, ReadsCompressedTextAndFilesFromAStream) {
  const TempDir folder;
  write_parquet(folder / "t.parquet", big_table(10), 3);
  std::istringstream stream(read_file(folder / "t.parquet"));
  expect_same(all_of(TableReader(stream, "stdin")).first, read_table(folder / "t.parquet"));
  write_file(folder / "t.tsv", "a,b\tx\n1\t2\n");
  EXPECT_EQ(TableReader(folder / "t.tsv").next()->frame.names(), (Words{"a,b", "x"}));
}

TEST(TableReader, AFolderIsOneTableWithItsFilesNamed) {
  const TempDir folder;
  write_parquet(folder / "b.parquet", big_table(3), 3);
  write_parquet(folder / "a.parquet", big_table(2), 3);
  TableReader reader(folder.path());
  EXPECT_EQ(reader.next()->source, (folder / "a.parquet").string());
  const auto second = reader.next();
  EXPECT_EQ(second->frame.rows(), 3);
  EXPECT_EQ(second->frame.first_row, 1);
  EXPECT_FALSE(reader.next());
  write_table(folder / "c.parquet", {{Column::of_numbers("x", {1})}});
  TableReader other(folder.path());
  other.next();
  other.next();
  expect_error_parts(ErrorKind::input, {"c.parquet: no column \"key\""}, [&] { other.next(); });
}

TEST(TableReader, RowsAreCountedOverParts) {
  auto text = csv(1000000);
  text += "1,2\n";
  std::istringstream stream(text);
  TableReader reader(stream, "stdin");
  expect_error(ErrorKind::input, "stdin: row 1000001: expected 3 columns, got 2", [&] {
    while (reader.next()) continue;
  });
}

TEST(TableReader, AQuoteThatIsNotClosedIsNamedInALaterPart) {
  auto text = csv(600000) + "\"x,1,2\n";
  for (int i = 0; i < 10; ++i) text += "3,4,5\n";
  std::istringstream stream(text);
  TableReader reader(stream, "stdin");
  expect_error(ErrorKind::input, "stdin: row 600001: a quote is not closed", [&] {
    while (reader.next()) continue;
  });
}

TEST(TableReader, NamesWhatIsMissing) {
  const TempDir folder;
  write_file(folder / "t.csv", "a,b\n");
  expect_error(ErrorKind::input, "has a header but no rows", [&] { TableReader(folder / "t.csv").next(); });
  write_parquet(folder / "none.parquet", big_table(0), 3);
  expect_error(ErrorKind::input, "has a header but no rows", [&] { TableReader(folder / "none.parquet").next(); });
  expect_error(ErrorKind::file, "cannot be opened", [&] { TableReader(folder / "lost.csv"); });
  write_file(folder / "t.csv", "key,b\n1,2\n");
  expect_error_parts(ErrorKind::input, {"no column \"kex\"", "did you mean key"},
                     [&] { TableReader(folder / "t.csv", {}, {"kex"}).next(); });
  write_parquet(folder / "t.parquet", big_table(3), 3);
  expect_error(ErrorKind::input, "no column \"id\"", [&] { TableReader(folder / "t.parquet", {}, {"id"}).next(); });
}

TEST(TableReader, CutOffParquetIsAnError) {
  const TempDir folder;
  write_parquet(folder / "t.parquet", big_table(100), 10);
  const auto bytes = read_file(folder / "t.parquet");
  for (size_t size = 4; size < bytes.size(); size += 997) {
    write_file(folder / "cut.parquet", bytes.substr(0, size));
    expect_error(ErrorKind::file, "cut.parquet: ", [&] { TableReader(folder / "cut.parquet").next(); });
  }
}

TEST(TableWriter, KeptColumnsAreTheSameToTheLastBit) {
  const TempDir folder;
  const int64_t rows = 150000;
  write_parquet(folder / "t.parquet", big_table(rows), 100000);
  for (const auto* name : {"out.parquet", "out.csv"}) {
    copy(TableReader(folder / "t.parquet", {.columns = {"x"}}, {"key"}), TableWriter(folder / name));
    EXPECT_EQ(read_table(folder / name).names(), (Words{"key", "x"}));
    const auto keys = read_table(folder / name, {.text = {"key"}}).at("key");
    if (keys.kind == Column::Kind::text) EXPECT_EQ(keys.words.back(), std::to_string((int64_t{1} << 60) + rows - 1));
  }
}

TEST(TableWriter, KeptTextIsCopiedAsItStands) {
  const TempDir folder;
  write_file(folder / "t.csv", "x,key\n1,007\n2,NA\n3,\n");
  std::ostringstream out;
  copy(TableReader(folder / "t.csv", {.columns = {"x"}}, {"key"}), TableWriter(out));
  EXPECT_EQ(out.str(), "\"key\",\"x\"\n\"007\",1\n\"NA\",2\n\"\",3\n");
}

TEST(TableWriter, AFileAppearsOnlyWhenItIsFinished) {
  const TempDir folder;
  const Frame frame{{Column::of_numbers("x", {1, 2})}};
  write_file(folder / "t.csv", "old");
  {
    TableWriter writer(folder / "t.csv");
    writer.write(frame);
  }
  EXPECT_EQ(read_file(folder / "t.csv"), "old");
  TableWriter writer(folder / "t.csv");
  writer.write(frame);
  writer.finish();
  EXPECT_EQ(read_file(folder / "t.csv"), "\"x\"\n1\n2\n");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(TableWriter, NamesWhatIsWrong) {
  const TempDir folder;
  const Frame frame{{Column::of_numbers("x", {1, 2})}};
  expect_error(ErrorKind::usage, "t.xlsx: a table is written as .csv or .parquet",
               [&] { TableWriter(folder / "t.xlsx"); });
  TableWriter writer(folder / "t.parquet");
  writer.write(frame);
  expect_error(ErrorKind::usage, "columns must be x: double, got y: double", [&] {
    writer.write({{Column::of_numbers("y", {1, 2})}});
  });
  TableWriter twice(folder / "u.csv");
  expect_error(ErrorKind::usage, "two columns would be named \"x\"", [&] {
    twice.write({{frame.columns[0], frame.columns[0]}});
  });
  TableWriter none(folder / "v.csv");
  expect_error(ErrorKind::usage, "must have columns", [&] { none.finish(); });
}

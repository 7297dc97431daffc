// Reading and writing of tables.
#include "reszoo/data/table.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/preprocess/dates.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/compression.h>
#include <torch/types.h>
#include <zlib.h>

#include <cmath>
#include <sstream>

#include "read_text.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

using Words = std::vector<std::string>;

Frame sample() {
  return {{Column::of_numbers("x", {0.1, 1.0 / 3, -0.0, 1e300, 5e-324, 123456789012345, std::nan("")}),
           Column::of_text("t", {"a", "b, c", "\"q\"", "line\nbreak", "a", "", "é"})}};
}

void expect_same_frame(const Frame& got, const Frame& wanted) {
  ASSERT_EQ(got.names(), wanted.names());
  EXPECT_TRUE(at::equal(got.at("x").numbers.nan_to_num(7), wanted.at("x").numbers.nan_to_num(7)));
  EXPECT_EQ(texts(got.at("t")), texts(wanted.at("t")));
}

void write_feather(const std::filesystem::path& path, const std::shared_ptr<arrow::Table>& table) {
  const auto file = arrow::io::FileOutputStream::Open(path.string()).ValueOrDie();
  const auto writer = arrow::ipc::MakeFileWriter(file, table->schema()).ValueOrDie();
  ASSERT_TRUE(writer->WriteTable(*table).ok() && writer->Close().ok() && file->Close().ok());
}

void write_gzip(const std::filesystem::path& path, const std::string& text) {
  auto* file = gzopen(path.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
}

void write_zstd(const std::filesystem::path& path, const std::string& text) {
  const auto codec = arrow::util::Codec::Create(arrow::Compression::ZSTD).ValueOrDie();
  const auto* input = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int64_t>(text.size());
  std::string packed(static_cast<size_t>(codec->MaxCompressedLen(size, input)), '\0');
  const auto packed_size =
      codec->Compress(size, input, static_cast<int64_t>(packed.size()), reinterpret_cast<uint8_t*>(packed.data()));
  write_file(path, std::string_view(packed).substr(0, static_cast<size_t>(packed_size.ValueOrDie())));
}

}  // namespace

TEST(ReadTable, TellsNumbersFromText) {
  const auto table = read_text("i,f,t,b,d,when\n1,.5,x,true,1970-01-03,1970-01-02 12:00:00\n,2,,False,,\n");
  EXPECT_EQ(table.rows(), 2);
  EXPECT_EQ(numbers_of(table.at("f")), (std::vector<double>{0.5, 2}));
  EXPECT_TRUE(std::isnan(numbers_of(table.at("i"))[1]));
  EXPECT_EQ(texts(table.at("t")), (Words{"x", "-"}));
  EXPECT_EQ(texts(table.at("b")), (Words{"true", "False"}));
  EXPECT_EQ(numbers_of(table.at("d"))[0], 2);       // days
  EXPECT_EQ(numbers_of(table.at("when"))[0], 1.5);  // days
  EXPECT_TRUE(table.at("d").date && table.at("when").date);
  EXPECT_FALSE(table.at("f").date || table.at("b").date);
}

TEST(ReadTable, SpellingsOfMissing) {
  const auto table = read_text("x,t\n1,a\nNA,NA\nNaN,null\nnull,\n");
  EXPECT_EQ(table.at("x").missing().sum().item<int64_t>(), 3);
  EXPECT_EQ(texts(table.at("t")), (Words{"a", "NA", "null", "-"}));
}

TEST(ReadTable, FindsTheDelimiterInTheHeader) {
  for (const auto* text : {"a,b\n1,2\n", "a;b\n1;2\n", "a\tb\n1\t2\n", "\"a\",b\r\n1,2\r\n",
                           "\xef\xbb\xbf"
                           "a,b\n1,2"})
    EXPECT_EQ(read_text(text).names(), (Words{"a", "b"})) << text;
  EXPECT_EQ(read_text("\"a,a,a\";b\n1;2\n").names(), (Words{"a,a,a", "b"}));
  const TempDir folder;
  write_file(folder / "t.tsv", "a,a\tb\n1\t2\n");
  EXPECT_EQ(read_table(folder / "t.tsv").names(), (Words{"a,a", "b"}));
}

TEST(ReadTable, OptionsOverrideDelimiterDecimalPointAndQuote) {
  const auto comma = read_text("a;b\n1,5;2\n-0,25;x\n", {.decimal = ','});
  EXPECT_EQ(numbers_of(comma.at("a")), (std::vector<double>{1.5, -0.25}));
  EXPECT_EQ(read_text("a,b|c\n1,5|2\n", {.decimal = ','}).names(), (Words{"a,b", "c"}));
  EXPECT_EQ(read_text("a;b,c,d\n1;2\n", {.delimiter = ';'}).names(), (Words{"a", "b,c,d"}));
  EXPECT_EQ(texts(read_text("t,x\n'a, \"b',1\n", {.quote = '\''}).at("t")), Words{"a, \"b"});
  EXPECT_EQ(texts(read_text("t,x\n\"a,1\n", {.quote = '\0'}).at("t")), Words{"\"a"});
  expect_error(ErrorKind::usage, "must be different",
               [] { read_text("a,b\n1,2\n", {.delimiter = ',', .decimal = ','}); });
}

TEST(ReadTable, AFirstLineOfNumbersIsNoHeader) {
  for (const auto* text : {"1,2\n3,4\n", "1.5\t-2e3\n3\t4\n", "7\n8\n"})
    expect_error_parts(ErrorKind::input, {"stdin: the first line is all numbers", "--no-header"},
                       [&] { read_text(text); });
  const auto table = read_text("1,2\n3,4\n", {.header = false});
  EXPECT_EQ(table.names(), (Words{"f0", "f1"}));
  EXPECT_EQ(numbers_of(table.at("f1")), (std::vector<double>{2, 4}));
  EXPECT_EQ(read_text("a,b\nc,d\n", {.header = false}).rows(), 2);
  EXPECT_EQ(read_text("2019,2020\n3,4\n", {.header = true}).names(), (Words{"2019", "2020"}));
  EXPECT_EQ(read_text("2019,total\n3,4\n").names(), (Words{"2019", "total"}));
}

TEST(ReadTable, AQuoteThatIsNotClosedIsNamed) {
  const auto refused = [](const std::string& text, const char* row) {
    expect_error_parts(ErrorKind::input, {row, "a quote is not closed"}, [&] { read_text(text); });
  };
  refused("t,x\na,1\n\n\"b,2\nc,3\n", "stdin: row 2:");
  refused("t,x\na,1\nb,\"2\nc,\"3\"\nd,4\n", "stdin: row 2:");  // the next quote would close it
  refused("t,x\n\"a\n\",1\nb,\"", "stdin: row 2:");
  EXPECT_EQ(texts(read_text("t,x\n5\" pipe,1\n\"a\"\"b\",2\n").at("t")), (Words{"5\" pipe", "a\"b"}));
}

TEST(ReadTable, ReadsTheColumnsThatAreAskedFor) {
  const TempDir folder;
  write_table(folder / "t.parquet", sample());
  EXPECT_EQ(read_table(folder / "t.parquet", {.columns = {"t"}}).names(), Words{"t"});
  expect_error(ErrorKind::input, "t.parquet: no column \"none\"; columns are x, t", [&] {
    read_table(folder / "t.parquet", {.columns = {"t", "none"}});
  });
  expect_error(ErrorKind::input, "stdin: no columns \"d\", \"e\"", [] {
    read_text("a,b\n1,2\n", {.columns = {"d", "a", "e"}});
  });
  EXPECT_EQ(read_text("a,b,c\n1,2,3\n", {.columns = {"c", "a"}}).names(), (Words{"c", "a"}));
}

TEST(ReadTable, KeepsTextAsTextWhenAsked) {
  EXPECT_EQ(texts(read_text("zip\n7.0\n", {.text = {"zip"}}).at("zip")), Words{"7.0"});
}

TEST(ReadTable, QuotedTextMayHaveLineBreaksAndDelimiters) {
  EXPECT_EQ(texts(read_text("t,x\n\"a\nb, c\",1\nd,2\n").at("t")), (Words{"a\nb, c", "d"}));
}

TEST(ReadTable, ManyBlocksAreOneColumn) {
  std::string text = "x,t\n";
  const int64_t rows = 400000;
  for (int64_t i = 0; i < rows; ++i) text += fmt::format("{},w{}\n", i, i % 3);
  const auto table = read_text(text);
  EXPECT_TRUE(torch::equal(table.at("x").numbers, torch::arange(rows, torch::kFloat64)));
  EXPECT_EQ(table.at("t").words, (Words{"w0", "w1", "w2"}));
  EXPECT_TRUE(torch::equal(table.at("t").codes, torch::arange(rows, torch::kInt64).remainder(3)));
}

TEST(ReadTable, AWrongRowAfterManyIsNamed) {
  std::string text = "x,t\n";
  for (int64_t i = 0; i < 400000; ++i) text += i == 300000 || i == 399000 ? "1,2,3\n" : "1,2\n";
  expect_error(ErrorKind::input, "stdin: row 300001: expected 2 columns, got 3", [&] { read_text(text); });
}

TEST(ReadTable, NamesWhatIsWrong) {
  expect_error(ErrorKind::input, "stdin: row 2: expected 2 columns, got 1", [] { read_text("a,b\n1,2\n3\n"); });
  expect_error(ErrorKind::input, "stdin: two columns are named \"a\"", [] { read_text("a,a\n1,2\n"); });
  expect_error(ErrorKind::input, "stdin: has a header but no rows", [] { read_text("a,b\n"); });
  for (const auto* empty : {"", "\n", " \n\n"})
    expect_error(ErrorKind::input, "stdin: is empty", [&] { read_text(empty); });
  expect_error(ErrorKind::input, "stdin: row 1: column \"t\": the byte 0xf1 is not UTF-8",
               [] { read_text("t\nma\xf1\x61na\n"); });
}

TEST(ReadTable, NamesAPathThatIsNoFile) {
  const TempDir folder;
  expect_error_parts(ErrorKind::file, {"lost.csv", "No such file"}, [&] { read_table(folder / "lost.csv"); });
  expect_error(ErrorKind::file, "is a folder without tables", [&] { read_table(folder.path()); });
}

TEST(ReadTable, UndoesGzip) {
  const TempDir folder;
  write_gzip(folder / "t.csv.gz", "a,b\n1,2\n");
  write_gzip(folder / "u.tsv.gz", "a,c\tb\n1\t2\n");
  EXPECT_EQ(numbers_of(read_table(folder / "t.csv.gz").at("b")), std::vector<double>{2});
  EXPECT_EQ(numbers_of(read_table(folder / "u.tsv.gz").at("b")), std::vector<double>{2});
  const auto bytes = read_file(folder / "t.csv.gz");
  write_file(folder / "two.csv.gz", bytes + bytes);  // two gzip members, as written by `cat` of two files
  EXPECT_EQ(read_table(folder / "two.csv.gz").rows(), 3);
  write_file(folder / "cut.csv.gz", bytes.substr(0, bytes.size() - 5));
  expect_error_parts(ErrorKind::file, {"cut.csv.gz", "cut off"}, [&] { read_table(folder / "cut.csv.gz"); });
  auto flipped = bytes;
  flipped[12] ^= 0x55;
  write_file(folder / "bad.csv.gz", flipped);
  expect_error_parts(ErrorKind::file, {"bad.csv.gz", "damaged"}, [&] { read_table(folder / "bad.csv.gz"); });
}

TEST(ReadTable, UndoesZstd) {
  const TempDir folder;
  write_zstd(folder / "t.csv.zst", "a,b\n1,2\n");
  write_zstd(folder / "u.tsv.zst", "a,c\tb\n1\t2\n");
  EXPECT_EQ(numbers_of(read_table(folder / "t.csv.zst").at("b")), std::vector<double>{2});
  EXPECT_EQ(numbers_of(read_table(folder / "u.tsv.zst").at("b")), std::vector<double>{2});
  const auto bytes = read_file(folder / "t.csv.zst");
  write_file(folder / "cut.csv.zst", bytes.substr(0, bytes.size() - 3));
  expect_error_parts(ErrorKind::file, {"cut.csv.zst", "cut off"}, [&] { read_table(folder / "cut.csv.zst"); });
  write_file(folder / "bad.csv.zst", bytes.substr(0, 4) + "xxxxxxxxxxxxxxx");
  expect_error_parts(ErrorKind::file, {"bad.csv.zst", "compressed data is"},
                     [&] { read_table(folder / "bad.csv.zst"); });
}

TEST(ReadTable, AFolderOfParquetFilesIsOneTable) {
  const TempDir folder;
  write_table(folder / "b.parquet", {{Column::of_numbers("x", {3}), Column::of_text("t", {"v"})}});
  write_table(folder / "a.parquet", {{Column::of_text("t", {"u", ""}), Column::of_numbers("x", {1, 2})}});
  write_file(folder / "_SUCCESS.parquet", "");
  write_file(folder / "notes.txt", "x");
  const auto table = read_table(folder.path());
  EXPECT_EQ(numbers_of(table.at("x")), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(texts(table.at("t")), (Words{"u", "-", "v"}));
  write_table(folder / "c.parquet", {{Column::of_text("x", {"many"}), Column::of_text("t", {"v"})}});
  expect_error_parts(ErrorKind::input, {"c.parquet: column \"x\" is text", "a.parquet it is a number"},
                     [&] { read_table(folder.path()); });
  write_table(folder / "c.parquet", {{Column::of_numbers("x", {1})}});
  expect_error_parts(ErrorKind::input, {"c.parquet: no column \"t\""}, [&] { read_table(folder.path()); });
  write_table(folder / "c.parquet",
              {{Column::of_numbers("x", {1}), Column::of_text("t", {"v"}), Column::of_text("new", {"v"})}});
  expect_error_parts(ErrorKind::input, {"c.parquet: column \"new\""}, [&] { read_table(folder.path()); });
}

TEST(WriteTable, DatesReadBack) {
  const TempDir folder;
  const auto dates = as_dates(Column::of_text("d", {"2024-02-29", "", "1969-12-31 23:59:59.5"}));
  for (const auto* name : {"t.csv", "t.parquet"}) {
    write_table(folder / name, {{dates, Column::of_numbers("x", {1, 2, 3})}});
    const auto read = read_table(folder / name).at("d");
    EXPECT_TRUE(read.date) << name;
    EXPECT_TRUE(torch::equal(read.numbers.nan_to_num(7), dates.numbers.nan_to_num(7))) << name;
  }
}

TEST(WriteTable, NumbersAndTextReadBack) {
  const TempDir folder;
  for (const auto* name : {"t.csv", "t.parquet"}) {
    write_table(folder / name, sample());
    expect_same_frame(read_table(folder / name), sample());
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2);  // no temporary file is left
}

TEST(WriteTable, NamesWhatIsWrong) {
  const TempDir folder;
  expect_error(ErrorKind::usage, "t.xlsx: a table is written as .csv or .parquet",
               [&] { write_table(folder / "t.xlsx", sample()); });
  expect_error_parts(ErrorKind::file, {"none/t.csv", "cannot be written"},
                     [&] { write_table(folder / "none/t.csv", sample()); });
}

TEST(ReadTable, CutOffParquetIsAnError) {
  const TempDir folder;
  write_table(folder / "t.parquet", sample());
  const auto bytes = read_file(folder / "t.parquet");
  for (size_t size = 4; size < bytes.size(); size += 97) {
    write_file(folder / "cut.parquet", bytes.substr(0, size));
    expect_error(ErrorKind::file, "cut.parquet: ", [&] { read_table(folder / "cut.parquet"); });
  }
}

TEST(ReadTable, AnOldFeatherFileIsNamed) {
  const TempDir folder;
  write_file(folder / "t.feather", "FEA1....");
  expect_error(ErrorKind::file, "t.feather: is Feather version 1", [&] { read_table(folder / "t.feather"); });
}

TEST(ReadTable, AFlippedBitNeverCrashes) {
  arrow::StringDictionaryBuilder words;
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(words.Append(i % 3 == 0 ? "x" : "yz").ok());
  const auto array = words.Finish().ValueOrDie();
  const TempDir folder;
  write_feather(folder / "t.feather", arrow::Table::Make(arrow::schema({arrow::field("t", array->type())}), {array}));
  write_table(folder / "t.parquet", sample());
  for (const auto* name : {"t.feather", "t.parquet"}) {
    const auto bytes = read_file(folder / name);
    for (size_t place = 8; place < bytes.size(); ++place) {
      auto damaged = bytes;
      damaged[place] ^= static_cast<char>(1 << place % 8);
      std::istringstream stream(damaged);
      try {
        read_table(stream, name);
      } catch (const Error&) {
      }
    }
  }
}

TEST(ReadTable, ArrowKindsBecomeNumbersAndText) {
  const auto build = [](auto builder, auto value) {
    EXPECT_TRUE(builder->Append(value).ok() && builder->AppendNull().ok());
    return builder->Finish().ValueOrDie();
  };
  auto* pool = arrow::default_memory_pool();
  const std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>> columns{
      {"uint8", build(std::make_shared<arrow::UInt8Builder>(), 200)},
      {"int64", build(std::make_shared<arrow::Int64Builder>(), (int64_t{1} << 60) + 1)},
      {"float", build(std::make_shared<arrow::FloatBuilder>(), 0.5f)},
      {"decimal", build(std::make_shared<arrow::Decimal128Builder>(arrow::decimal128(10, 2)), arrow::Decimal128(150))},
      {"date64", build(std::make_shared<arrow::Date64Builder>(), int64_t{3} * 86400000)},
      {"micro", build(std::make_shared<arrow::TimestampBuilder>(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), pool),
                      int64_t{43200000000})},
      {"time", build(std::make_shared<arrow::Time32Builder>(arrow::time32(arrow::TimeUnit::MILLI), pool), 1500)},
      {"bool", build(std::make_shared<arrow::BooleanBuilder>(), true)},
      {"large", build(std::make_shared<arrow::LargeStringBuilder>(), "big")},
      {"words", build(std::make_shared<arrow::StringDictionaryBuilder>(), "w")}};
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& [name, array] : columns) {
    fields.push_back(arrow::field(name, array->type()));
    arrays.push_back(array);
  }
  const TempDir folder;
  write_feather(folder / "t.feather", arrow::Table::Make(arrow::schema(fields), arrays));
  const auto table = read_table(folder / "t.feather");
  const std::map<std::string, double> wanted{{"uint8", 200}, {"float", 0.5}, {"decimal", 1.5},
                                             {"date64", 3},  {"micro", 0.5}, {"time", 1.5}};
  for (const auto& [name, number] : wanted) {
    EXPECT_EQ(numbers_of(table.at(name))[0], number) << name;
    EXPECT_TRUE(std::isnan(numbers_of(table.at(name))[1])) << name;
  }
  EXPECT_EQ(table.at("int64").words, Words{"1152921504606846977"});  // a double would end in 6976
  EXPECT_TRUE(table.at("int64").missing()[1].item<bool>());
  EXPECT_EQ(texts(table.at("bool")), (Words{"true", "-"}));
  EXPECT_EQ(texts(table.at("large")), (Words{"big", "-"}));
  EXPECT_EQ(texts(table.at("words")), (Words{"w", "-"}));
}

TEST(ReadTable, RefusesColumnsThatAreNoValues) {
  auto builder =
      std::make_shared<arrow::ListBuilder>(arrow::default_memory_pool(), std::make_shared<arrow::Int32Builder>());
  ASSERT_TRUE(builder->AppendEmptyValue().ok());
  const TempDir folder;
  const auto array = builder->Finish().ValueOrDie();
  write_feather(folder / "t.feather", arrow::Table::Make(arrow::schema({arrow::field("l", array->type())}), {array}));
  expect_error(ErrorKind::input, "column \"l\": must hold numbers or text, got list",
               [&] { read_table(folder / "t.feather"); });
}

// CSV as people have it: dialects, spellings, rows of any length.
#include <fmt/format.h>
#include <torch/types.h>

#include <thread>

#include "read_text.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/data/table_stream.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

using CsvWords = std::vector<std::string>;

/// Expects an error about the text with these parts.
void expect_csv_error(const std::string& text, const std::vector<std::string>& parts,
                      const TableReadOptions& options = {}) {
  expect_error_parts(ErrorKind::input, parts, [&] { read_text(text, options); });
}

/// Returns what a reader keeps of a column, as CSV.
std::string kept_csv(const std::string& text, const std::string& column) {
  std::istringstream in(text);
  std::ostringstream out;
  TableReader reader(in, "stdin", {.columns = {"x"}}, {column});
  TableWriter writer(out);
  while (const auto rows = reader.next()) writer.write({{rows->frame.at("x")}}, rows->kept);
  writer.finish();
  return out.str();
}

}  // namespace

TEST(Csv, TextKeepsItsWords) {
  const auto table = read_text("t,b,n\nNA,True,1\nx,FALSE,NA\n,true,\n");
  EXPECT_EQ(texts(table.at("t")), (CsvWords{"NA", "x", "-"}));
  EXPECT_EQ(texts(table.at("b")), (CsvWords{"True", "FALSE", "true"}));
  EXPECT_EQ(table.at("n").missing().sum().item<int64_t>(), 2);
}

TEST(Csv, NumbersThatWouldLoseDigitsAreText) {
  for (const std::string word :
       {"007", "00", "\"01\"", "1234567890123456", "-9007199254740993", "12345678901234567890"}) {
    const auto table = read_text(fmt::format("a,b,c\n1,{},0.5\n2,10,0\n", word));
    const auto plain = word[0] == '"' ? word.substr(1, word.size() - 2) : word;
    ASSERT_EQ(table.at("b").kind, Column::Kind::text) << word;
    EXPECT_EQ(texts(table.at("b")), (CsvWords{plain, "10"}));
    EXPECT_EQ(numbers_of(table.at("c")), (std::vector<double>{0.5, 0}));
    EXPECT_EQ(read_text(fmt::format("b\n{}\n10\n", word)).at("b").kind, Column::Kind::text) << word;
  }
  for (const auto* word : {"0", "0.5", "-0.5", "00.5", "1e20", "123456789012345", "0.12345678901234567", "1e-05"})
    EXPECT_EQ(read_text(fmt::format("a,b\n1,{}\n", word)).at("b").kind, Column::Kind::number) << word;
  const auto dates = read_text("d,e\n2024-01-02,2024-01-02 03:04:05\n");
  EXPECT_TRUE(dates.at("d").date && dates.at("e").date);
}

TEST(Csv, ALeadingZeroFarDownIsFoundInItsColumn) {
  std::string text = "x,code\n";
  for (int i = 0; i < 300000; ++i) text += fmt::format("{},{}\n", i, i == 299990 ? "0123" : "77");
  const auto table = read_text(text);
  EXPECT_EQ(table.at("x").kind, Column::Kind::number);
  ASSERT_EQ(table.at("code").kind, Column::Kind::text);
  EXPECT_EQ(table.at("code").words.back(), "0123");
}

TEST(Csv, RowsOfAnyLengthAreRead) {
  const std::string longest(3 << 20, 'w');
  std::string text = "t,x\n";
  for (int i = 0; i < 20; ++i) text += (i % 7 == 3 ? longest : "s") + fmt::format(",{}\n", i);
  for (const auto& csv : {text, "q\"," + text.substr(2)}) {  // with and without quotes
    EXPECT_EQ(numbers_of(read_text(csv, {.columns = {"x"}}).at("x")).back(), 19);
    std::istringstream stream(csv);
    TableReader reader(stream, "stdin", {.columns = {"x"}});
    int64_t rows = 0;
    while (const auto part = reader.next()) rows += part->frame.rows();
    EXPECT_EQ(rows, 20);
  }
}

TEST(Csv, KeptTextIsTheFilesToTheLastByte) {
  // Line breaks of two bytes within quotes, at every place in relation to the blocks that are parsed.
  std::string expected = "\"note\",\"x\"\n", text = "x,note\n";
  for (int i = 0; i < 30000; ++i) {
    const auto note = std::string(static_cast<size_t>(i % 97), 'a') + "\r\nb";
    text += fmt::format("{},\"{}\"\r\n", i, note);
    expected += fmt::format("\"{}\",{}\n", note, i);
  }
  const auto kept = kept_csv(text, "note");
  EXPECT_EQ(kept.size(), expected.size());
  EXPECT_TRUE(kept == expected);
}

TEST(Csv, ABlankLineIsAMissingValueWhereThereIsOneColumn) {
  const auto one = read_text("x\n1.5\n\n-0.5\n");
  EXPECT_EQ(one.rows(), 3);
  EXPECT_TRUE(one.at("x").missing()[1].item<bool>());
  EXPECT_EQ(read_text("x\r\n1.5\r\n\r\n-0.5\r\n").rows(), 3);
  EXPECT_EQ(read_text("x\r1.5\r\r-0.5\r").rows(), 3);
  EXPECT_EQ(read_text("x,y\n1,2\n\n3,4\n").rows(), 2);
  std::string many = "x\r\n";
  for (int i = 0; i < 2000000; ++i) many += i % 3 == 0 ? "\r\n" : "1\r\n";
  std::istringstream stream(many);
  TableReader reader(stream, "stdin");
  int64_t rows = 0;
  while (const auto part = reader.next()) rows += part->frame.rows();
  EXPECT_EQ(rows, 2000000);
}

TEST(Csv, SpacesAroundValuesAreLeftOutWhereEachDelimiterHasOne) {
  std::vector<std::string> notes;
  const auto table = read_text("x1, colour, y\n1.5, red, 2\n2.5, \"a, b\", NA\n",
                               {.on_note = [&](const auto& line) { notes.push_back(line); }});
  EXPECT_EQ(table.names(), (CsvWords{"x1", "colour", "y"}));
  EXPECT_EQ(texts(table.at("colour")), (CsvWords{"red", "a, b"}));
  EXPECT_EQ(numbers_of(table.at("y"))[0], 2);
  EXPECT_EQ(notes, CsvWords{"stdin: spaces around values are left out"});
  EXPECT_EQ(texts(read_text("a,t\n1, x\n2,y\n").at("t")), (CsvWords{" x", "y"}));
  EXPECT_EQ(texts(read_text("a ; t\n1 ; x\n2 ; y z\n").at("t")), (CsvWords{"x", "y z"}));
}

TEST(Csv, TheDelimiterIsTheOneThatSplitsRowsAlike) {
  EXPECT_EQ(read_text("a;b\n1,5;2,5\n3,5;1,5\n").names(), (CsvWords{"a", "b"}));
  EXPECT_EQ(read_text("price, USD;x\n1;2\n3;4\n").names(), (CsvWords{"price, USD", "x"}));
  EXPECT_EQ(read_text("id|text\n1|a, b, c\n2|d, e, f\n").names(), (CsvWords{"id", "text"}));
  EXPECT_EQ(read_text("sep=;\na;b\n1;2\n").names(), (CsvWords{"a", "b"}));
  EXPECT_EQ(read_text("\"sep=|\"\r\na,b|c\r\n1|2\r\n").names(), (CsvWords{"a,b", "c"}));
  EXPECT_EQ(read_text("sep=\n1\n").names(), CsvWords{"sep="});
}

TEST(Csv, AQuoteWithinANameIsALetter) {
  EXPECT_EQ(read_text("x1,size 5\",colour\n1,2,red\n2,3,blue\n").names(), (CsvWords{"x1", "size 5\"", "colour"}));
  expect_csv_error("\"x1,y\n1,2\n", {"stdin: the header: a quote is not closed"});
}

TEST(Csv, ColumnsWithoutANameGetOne) {
  EXPECT_EQ(read_text(",a\n0,1\n").names(), (CsvWords{"", "a"}));
  EXPECT_EQ(read_text("a,,\n0,1,2\n").names(), (CsvWords{"a", "Unnamed: 1", "Unnamed: 2"}));
}

TEST(Csv, ARowOfAnotherWidthIsNamedWithWhatItCouldBe) {
  expect_csv_error("a,b\n1,2\n3,4\nTotal: 2 rows\n",
                   {"stdin: row 3: expected 2 columns, got 1", "the last row, \"Total: 2 rows\""});
  expect_csv_error("My report\nx,y\n1,2\n3,4\n", {"row 1: expected 1 column, got 2", "\"My report\"", "--skip-rows 1"});
  expect_csv_error("a,b\n1,2,\n3,4,\n", {"row 1: expected 2 columns, got 3", "ends with a delimiter"});
  expect_csv_error("a,b\n1,2\n# half\n3,4\n", {"row 2: expected 2 columns, got 1", "looks like a comment"});
  expect_csv_error("a,b\n1,2\n1,Smith, John\n3,4\n", {"row 2: expected 2 columns, got 3", "must be in quotes"});
  expect_csv_error("a,b\n1,\"x \\\"y, z\\\" w\"\n", {"row 1: expected 2 columns, got 3", "must be doubled"});
  EXPECT_EQ(read_text("My report\n\nx,y\n1,2\n3,4\n", {.skip_rows = 2}).names(), (CsvWords{"x", "y"}));
  expect_csv_error("x\n1\n", {"has no more lines than skip_rows leaves out"}, {.skip_rows = 5});
}

TEST(Csv, ColumnsThatNobodyReadsMayHoldAnything) {
  const std::string text = "x,t,y\n1,\xff,2\n3,a\xe9,4\n";
  EXPECT_EQ(numbers_of(read_text(text, {.columns = {"y", "x"}}).at("y")), (std::vector<double>{2, 4}));
  EXPECT_EQ(read_text(text, {.ignore = {"t"}}).names(), (CsvWords{"x", "y"}));
  expect_csv_error(text, {"no column \"tt\""}, {.ignore = {"tt"}});
}

TEST(Csv, NulBytesAreNamed) {
  const std::string nul(1, '\0');
  expect_csv_error("x,t\n1,a\n2,b" + nul + "\n", {"row 2: column \"t\": a NUL byte"});
  EXPECT_EQ(read_text("x,t\n1,a\n2,b" + nul + "\n", {.columns = {"x"}}).rows(), 2);
}

TEST(Csv, CarriageReturnsAloneEndLines) {
  const auto table = read_text("a,t\r1,x\r2,\"y\rz\"\r");
  EXPECT_EQ(numbers_of(table.at("a")), (std::vector<double>{1, 2}));
  EXPECT_EQ(texts(table.at("t")), (CsvWords{"x", "y\rz"}));
}

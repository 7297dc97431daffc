// Tables that are read in several parts: what a column is, the whole file tells.
#include <torch/types.h>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/spilled.h"
#include "reszoo/data/table.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// The word of a row, "" if it has none.
std::string word_of(const Column& column, int64_t row) {
  const auto code = column.codes[row].item<int64_t>();
  return code < 0 ? "" : column.words[static_cast<size_t>(code)];
}

constexpr int64_t kLongRows = 400'000;  // about two parts of CSV

/// Columns that are of one kind in the first part and of another one in the last row.
std::string changing_csv() {
  std::string text = "number,late,absent,day,gap,large\n";
  for (int64_t i = 0; i < kLongRows - 1; ++i) text += fmt::format("{}.25,{},NA,2024-02-29,,{}\n", i, i % 7, i);
  return text + "0.5,x,y,2024-03-01 12:00,2.5,12345678901234567890\n";
}

}  // namespace

TEST(JoinedParts, AColumnIsTextInAllPartsAsItIsSpelt) {
  const TempDir folder;
  write_file(folder / "long.csv", changing_csv());
  ASSERT_GT(std::filesystem::file_size(folder / "long.csv"), size_t{12} << 20);
  const auto table = read_table(folder / "long.csv");
  ASSERT_EQ(table.rows(), kLongRows);
  EXPECT_EQ(table.names(), (std::vector<std::string>{"number", "late", "absent", "day", "gap", "large"}));
  const auto last = kLongRows - 1;
  const auto& number = table.at("number");
  ASSERT_EQ(number.kind, Column::Kind::number);
  EXPECT_EQ(number.numbers[70'000].item<double>(), 70'000.25);
  EXPECT_EQ(number.numbers[last].item<double>(), 0.5);
  ASSERT_EQ(table.at("late").kind, Column::Kind::text);
  EXPECT_EQ(word_of(table.at("late"), 8), "1");
  EXPECT_EQ(word_of(table.at("late"), last), "x");
  ASSERT_EQ(table.at("absent").kind, Column::Kind::text);
  EXPECT_EQ(word_of(table.at("absent"), 0), "NA");  // a word, because others are
  EXPECT_TRUE(table.at("day").date);
  EXPECT_EQ(table.at("day").numbers[last].item<double>() - table.at("day").numbers[0].item<double>(), 1.5);
  EXPECT_EQ(table.at("gap").numbers.isnan().sum().item<int64_t>(), last);
  EXPECT_EQ(table.at("gap").numbers[last].item<double>(), 2.5);
  EXPECT_EQ(word_of(table.at("large"), last), "12345678901234567890");  // all digits
  EXPECT_EQ(word_of(table.at("large"), 5), "5");
}

TEST(JoinedParts, LargeTablesAreInTemporaryFiles) {
  const TempDir folder;
  const auto rows = kMostTableBytes / 8 / 4 + 1000;
  const auto places = torch::arange(rows, torch::kFloat64);
  Frame table;
  for (const double scale : {1.0, 0.5, 0.25})
    table.columns.push_back({.name = fmt::format("x{}", scale), .numbers = places * scale});
  table.columns.push_back({.name = "word",
                           .kind = Column::Kind::text,
                           .codes = places.remainder(3).to(torch::kInt64) - 1,
                           .words = {"red", "blue"}});
  write_table(folder / "large.parquet", table);
  const auto read = read_table(folder / "large.parquet");
  ASSERT_EQ(read.rows(), rows);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(is_spilled(read.columns[i].numbers));
    EXPECT_TRUE(read.columns[i].numbers.equal(table.columns[i].numbers));
  }
  EXPECT_TRUE(is_spilled(read.columns[3].codes));
  EXPECT_EQ(read.columns[3].words, table.columns[3].words);
  EXPECT_TRUE(read.columns[3].codes.equal(table.columns[3].codes));
}

TEST(JoinedParts, PartsOfAFolderAreJoined) {
  const TempDir folder;
  std::filesystem::create_directory(folder / "parts");
  write_file(folder / "parts" / "1.csv", "a,b\n,x\n,y\n");
  write_file(folder / "parts" / "2.csv", "b,a\nz,1.5\nx,2\n");
  const auto table = read_table(folder / "parts");
  EXPECT_EQ(table.names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(table.at("a").numbers[3].item<double>(), 2);
  EXPECT_TRUE(std::isnan(table.at("a").numbers[0].item<double>()));
  EXPECT_EQ(table.at("b").words, (std::vector<std::string>{"x", "y", "z"}));
  EXPECT_EQ(word_of(table.at("b"), 3), "x");
  ASSERT_EQ(table.sources.size(), 2u);
  EXPECT_EQ(table.sources[1].rows, 2);
}

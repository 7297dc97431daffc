// What `train` needs of memory for many rows, from any format.
#include <gtest/gtest.h>
#include <torch/types.h>

#include "reszoo/data/table.h"
#include "run_tool.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

constexpr int64_t kManyRows = 300'000;
constexpr size_t kMostMemory = size_t{600} << 20;  // bytes

/// Twelve columns of numbers, five of words, and the target.
Frame many_rows() {
  torch::manual_seed(0);
  Frame table;
  for (int i = 0; i < 12; ++i)
    table.columns.push_back(
        {.name = fmt::format("x{}", i), .numbers = torch::randn({kManyRows}, torch::kFloat64) * std::pow(10, i - 6)});
  for (int i = 0; i < 5; ++i)
    table.columns.push_back({.name = fmt::format("word{}", i),
                             .kind = Column::Kind::text,
                             .codes = torch::randint(0, 3, {kManyRows}, torch::kInt64),
                             .words = {"red", "green", "blue"}});
  table.columns.push_back({.name = "y", .numbers = table.columns[6].numbers + table.columns[12].codes});
  return table;
}

}  // namespace

TEST(TrainMemory, IsAPartOfTheTable) {
  const TempDir folder;
  const auto table = many_rows();
  std::optional<double> loss;
  for (const auto* name : {"many.parquet", "many.csv"}) {
    write_table(folder / name, table);
    const auto result = expect_success({"train", "--data", (folder / name).string(), "--target", "y", "--dry-run",
                                        "--device", "cpu", "--threads", "1", "--json"});
    EXPECT_LT(result.peak, kMostMemory) << name;
    EXPECT_GT(result.peak, size_t{1} << 20) << name;
    if (!loss) loss = result.json().at("loss").get<double>();
    EXPECT_EQ(result.json().at("loss").get<double>(), *loss) << name;
  }
}

// What is wrong is said in one line, and nothing is lost.
#include <torch/cuda.h>

#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

namespace fs = std::filesystem;

/// Expects training on this text to fail.
void expect_refused(const std::string& csv, const Words& parts, const Words& more = {}) {
  const Goods goods;
  write_file(goods.at("data.csv"), csv);
  expect_failure(1, goods.train(Words{"--out", goods.at("out")} + more), Words{goods.at("data.csv")} + parts);
  EXPECT_FALSE(fs::exists(goods.at("out/model.safetensors")));
}

/// The last of several lines on stderr, where training had begun.
std::string last_line(const ToolResult& result) {
  const auto lines = result.error_lines();
  return lines.empty() ? "" : lines.back();
}

size_t files_in(const std::string& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST(BadInput, UnknownModel) {
  const Goods goods;
  expect_failure(1, goods.train({"--model", "tabular_resnt"}), {"tabular_resnt", "did you mean tabular_resnet?"});
}

TEST(BadInput, UnknownOptionOfAModel) {
  const Goods goods;
  expect_failure(1, goods.train({"--model-kwargs", "widht=8"}), {"widht", "options are ", "width"});
  expect_failure(1, goods.train({"--model-kwargs", "width"}), {"name=value", "\"width\""});
  expect_failure(1, goods.train({"--model-kwargs", "stem=deep"}), {"stem"});
}

TEST(BadInput, OptionsOutOfRange) {
  const Goods goods;
  expect_failure(2, goods.train({"--epochs", "0"}), {"--epochs"});
  expect_failure(2, goods.train({"--lr", "fast"}), {"--lr", "fast"});
  expect_failure(2, goods.train({"--batch-size", "1"}), {"--batch-size"});
  expect_failure(1, goods.train({"--val", "1.5"}), {"--val", "1.5"});
  expect_failure(1, goods.train({"--opt", "adamv"}), {"adamv"});
  expect_failure(1, goods.train({"--sched", "cosin"}), {"cosin"});
  expect_failure(1, goods.train({"--task", "regresion"}), {"regresion", "did you mean regression?"});
  expect_failure(1, goods.train({"--scaling", "minmax"}), {"minmax"});
}

TEST(BadInput, UnknownKeyOfAConfigFile) {
  const Goods goods;
  write_file(goods.at("run.toml"), "learning_rate=0.1\n");
  expect_failure(2, goods.train({"--config", goods.at("run.toml")}), {"learning_rate"});
  expect_failure(2, goods.train({"--config", goods.at("none.toml")}), {"none.toml"});
}

TEST(BadInput, MissingFileOrFolderInItsPlace) {
  const Goods goods;
  const auto none = goods.at("none.csv"), empty = goods.at("empty");
  std::filesystem::create_directory(empty);
  expect_failure(1, {"train", "--data", none, "--target", "price"}, {none, "no such file"});
  expect_failure(1, {"train", "--data", empty, "--target", "price"}, {empty});
  expect_failure(1, goods.train({"--val", none}), {none, "no such file"});
  expect_failure(1, goods.train({"--test", empty}), {empty});
  for (const std::string tool : {"evaluate", "predict"}) {
    const Words input = tool == "evaluate" ? Words{"--data", goods.at("data.csv")} : Words{goods.at("data.csv")};
    expect_failure(1, Words{tool, "--weights", goods.at("none.safetensors")} + input, {"none.safetensors"});
    expect_failure(1, Words{tool, "--weights", goods.folder.path().string()} + input,
                   {goods.folder.path().string(), "folder"});
  }
}

TEST(BadInput, EmptyTable) { expect_refused("", {"empty"}); }
TEST(BadInput, HeaderOnly) { expect_refused("size,age,colour,price\n", {"no rows"}); }
TEST(BadInput, ATableOfOneRow) { expect_refused("size,price\n1,2\n", {"1"}); }
TEST(BadInput, TwoColumnsOfOneName) { expect_refused("size,size,price\n1,2,3\n2,3,4\n", {"\"size\""}); }

TEST(BadInput, RaggedTable) {
  auto csv = goods(60).csv(kInputs + Words{"price"});
  csv.insert(csv.find('\n', csv.find('\n') + 1), ",extra");
  expect_refused(csv, {"row 1", "expected 4 columns, got 5"});
}

TEST(BadInput, TargetNotInTheTable) {
  const Goods goods;
  expect_failure(1, {"train", "--data", goods.at("data.csv"), "--target", "prize"},
                 {goods.at("data.csv"), "\"prize\"", "did you mean price?"});
  expect_failure(1, {"train", "--data", goods.at("data.csv")}, {"--target"});
}

TEST(BadInput, TargetWithOneValue) {
  expect_refused("size,price\n1,5\n2,5\n3,5\n4,5\n", {"target \"price\"", "different values"});
}

TEST(BadInput, TargetWithAGap) { expect_refused("size,price\n1,5\n2,\n3,6\n4,7\n", {"target \"price\"", "row 2"}); }

TEST(BadInput, NoColumnWithAnyValue) {
  expect_refused("age,price\n,5.5\n,6.5\n,7.5\n,8.5\n", {"no column is left", "\"age\"", "no value"});
}

TEST(BadInput, TextInAColumnOfNumbers) {
  auto table = goods(60);
  table.rows[40][0] = "large";
  expect_refused(table.csv(kInputs + Words{"price"}), {"column \"size\"", "\"large\"", "row 41"},
                 {"--numeric-features", "size"});
}

TEST(BadInput, InfiniteTarget) {
  auto table = goods(60);
  table.rows[50][3] = "inf";
  expect_refused(table.csv(kInputs + Words{"price"}), {"target \"price\"", "row 51"});
}

TEST(BadInput, NanLossSaysTheStepAndKeepsTheOldModel) {
  const Goods goods;
  goods.trained();
  const auto before = read_file(goods.model());
  const auto result = run_tool(goods.train({"--out", goods.at("out"), "--overwrite", "--lr", "1e30"}));
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out, "");
  for (const auto* part : {"loss is ", "epoch 1, step 2", "lr=1e+30"})
    EXPECT_NE(last_line(result).find(part), std::string::npos) << last_line(result);
  EXPECT_TRUE(read_file(goods.model()) == before);
}

TEST(BadInput, AFailingOverwriteKeepsTheOldModel) {
  const Goods goods;
  goods.trained();
  expect_failure(1, goods.train({"--out", goods.at("out"), "--overwrite", "--data", goods.at("none.csv")}),
                 {"none.csv"});
  expect_success({"evaluate", "--weights", goods.model(), "--data", goods.at("data.csv")});
}

TEST(BadInput, TruncatedModelFile) {
  const Goods goods;
  goods.trained();
  const auto bytes = read_file(goods.model());
  for (const size_t size : {bytes.size() - 1, bytes.size() / 2, size_t{100}, size_t{8}, size_t{0}}) {
    write_file(goods.model(), bytes.substr(0, size));
    expect_failure(1, {"predict", "--weights", goods.model(), goods.at("data.csv")}, {goods.model()});
  }
}

TEST(BadInput, CheckpointInPlaceOfAModel) {
  const Goods goods;
  goods.trained();
  const auto path = goods.at("out/checkpoint.safetensors");
  expect_failure(1, {"predict", "--weights", path, goods.at("data.csv")},
                 {"predict: " + path + ": holds no model but a checkpoint"});
}

TEST(BadInput, FlippedBitInAModelFile) {
  const Goods goods;
  goods.trained();
  const auto bytes = read_file(goods.model());
  for (const size_t place : {bytes.size() - 3, bytes.size() / 2, bytes.find("\"mean\\\"") + 10}) {
    auto damaged = bytes;
    damaged[place] = static_cast<char>(damaged[place] ^ 1);
    write_file(goods.model(), damaged);
    expect_failure(1, {"predict", "--weights", goods.model(), goods.at("data.csv")}, {goods.model(), "damaged"});
  }
}

TEST(BadInput, OutBelowAFile) {
  const Goods goods;
  expect_failure(1, goods.train({"--out", goods.at("data.csv/out")}),
                 {goods.at("data.csv/out"), "cannot make the folder"});
  goods.trained();
  expect_failure(1, {"predict", "--weights", goods.model(), goods.at("data.csv"), "--out", goods.at("data.csv/x.csv")},
                 {goods.at("data.csv/x.csv"), "cannot be written"});
}

TEST(BadInput, OutThatIsAFile) {
  const Goods goods;
  expect_failure(1, goods.train({"--out", goods.at("data.csv")}), {goods.at("data.csv"), "folder"});
  EXPECT_EQ(read_file(goods.at("data.csv")), goods.table.csv(kInputs + Words{"price"}));
}

TEST(BadInput, FoldersInTheWayOfResultsAreFoundBeforeTraining) {
  for (const auto* name : {"report.html", "log.jsonl", "config.toml"}) {
    const Goods goods;
    fs::create_directories(fs::path(goods.at("out")) / name);
    const auto result = run_tool(goods.train({"--out", goods.at("out")}));
    EXPECT_EQ(result.code, 1) << name;
    EXPECT_NE(last_line(result).find(name), std::string::npos) << result.err;
    EXPECT_EQ(result.err.find("epoch"), std::string::npos) << result.err;
  }
}

TEST(BadInput, FullDiskLeavesTheOldFilesWhole) {
  const Goods goods;
  goods.trained();
  const auto before = read_file(goods.model());
  const auto files = files_in(goods.at("out"));
  const auto result =
      run_tool(goods.train({"--out", goods.at("out"), "--overwrite", "--seed", "3"}), {.largest_file = 3000});
  EXPECT_EQ(result.code, 1) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_NE(last_line(result).find(": cannot be written, it needs "), std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("epoch"), std::string::npos) << result.err;
  EXPECT_TRUE(read_file(goods.model()) == before);
  EXPECT_EQ(files_in(goods.at("out")), files);
  write_file(goods.at("p.csv"), "old");
  expect_failure(1, {"predict", "--weights", goods.model(), goods.at("data.csv"), "--out", goods.at("p.csv")},
                 {goods.at("p.csv"), "cannot be written"}, {.largest_file = 500});
  EXPECT_EQ(read_file(goods.at("p.csv")), "old");
}

TEST(BadInput, DeviceThatIsNotThere) {
  const Goods goods;
  expect_failure(1, goods.train({"--device", "nonsense"}), {"nonsense", "auto, cpu, cuda"});
  expect_failure(1, goods.train({"--device", "cuda:99"}), {"cuda:99"});
  if (!torch::cuda::is_available()) expect_failure(1, goods.train({"--device", "cuda"}), {"cuda", "--device cpu"});
}

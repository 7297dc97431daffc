// evaluate, predict and features give the same bytes for any number of processes.
#include "reszoo/data/table.h"
#include "small_jpegs.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

/// Words that start so many processes; none for one.
Words by(int processes) {
  if (processes == 1) return {};
  return {"--processes", std::to_string(processes)};
}

/// Expects the same output, lines and file from one process and from three.
void expect_shares(const Words& command, const std::string& file = "") {
  std::vector<std::string> outputs;
  for (const int processes : {1, 3}) {
    const auto result = expect_success(command + by(processes));
    outputs.push_back(result.out + "\n" + result.err + "\n" + (file.empty() ? "" : read_file(file)));
    if (!file.empty()) fs::remove(file);
  }
  EXPECT_EQ(outputs.front(), outputs.back());
}

/// Many rows in several parts of a Parquet file, with a colour that training had not.
void put_many(const Goods& goods) {
  auto table = read_table(goods.at("data.csv"));
  for (int doubled = 0; doubled < 9; ++doubled) table = concat({table, table});
  auto& colours = table.columns.at(2);
  colours.words.push_back("violet");
  colours.codes[50000].fill_(static_cast<int64_t>(colours.words.size()) - 1);
  write_table(goods.at("many.parquet"), table);
}

}  // namespace

TEST(Share, OfATableGivesTheSameBytes) {
  const Goods goods("grade");
  goods.trained();
  put_many(goods);
  const Words weights{"--weights", goods.model(), "--threads", "1"};
  const Words predict = Words{"predict", goods.at("many.parquet")} + weights;
  expect_shares(predict + Words{"--out", goods.at("answers.csv"), "--proba", "--keep", "size,colour"},
                goods.at("answers.csv"));
  expect_shares(predict + Words{"--out", goods.at("answers.parquet"), "--topk", "2"}, goods.at("answers.parquet"));
  expect_shares(Words{"predict", goods.at("data.csv"), goods.at("data.csv"), "--json", "--explain"} + weights);
  expect_shares(Words{"features", goods.at("many.parquet"), "--out", goods.at("f.npy")} + weights, goods.at("f.npy"));
  expect_shares(Words{"evaluate", "--data", goods.at("many.parquet")} + weights);
}

TEST(Share, OfImagesGivesTheSameBytes) {
  const TempDir folder;
  const auto at = [&](const std::string& name) { return (folder / name).string(); };
  put_jpegs(folder / "images");
  write_file(folder / "images/dark/13.jpg", "no image");
  write_file(folder / "images/notes.txt", "text");
  const Words small{"--img-size", "12", "--epochs", "1", "--batch-size", "8", "--threads", "1", "--on-bad", "skip"};
  expect_success(Words{"train", "--model", "cifar_resnet20", "--data", at("images"), "--out", at("out")} + small);
  const Words weights{"--weights", at("out/model.safetensors"), "--threads", "1", "--on-bad", "skip"};
  expect_shares(Words{"predict", at("images"), "--json"} + weights);
  expect_shares(Words{"evaluate", "--data", at("images"), "--json"} + weights);
}

TEST(Share, OfStandardInputIsRefused) {
  const Goods goods;
  goods.trained();
  expect_failure(1, Words{"predict", "-", "--weights", goods.model()} + by(2), {"standard input"});
}

// Files as people have them go through train, evaluate, predict and features.
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "reszoo/data/table.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// The lines of data.csv without its header.
std::string without_header(const std::string& csv) { return csv.substr(csv.find('\n') + 1); }

/// Goods in files of several layouts, and a model trained on data.csv.
struct GoodsFiles : Goods {
  std::string header, rows;

  GoodsFiles() {
    const auto csv = read_file(at("data.csv"));
    header = csv.substr(0, csv.find('\n') + 1);
    rows = without_header(csv);
    trained();
  }
  double rmse(const Words& data) const {
    return expect_success(Words{"evaluate", "--weights", model(), "--json", "--data"} + data).json().at("rmse");
  }
  int64_t predicted(const std::string& input, const Words& more = {}) const {
    expect_success(Words{"predict", "--weights", model(), input, "--out", at("p.csv")} + more);
    return read_table(at("p.csv")).rows();
  }
  /// Writes the rows to `count` files below a folder.
  void put_parts(const std::string& name, size_t count) const {
    for (size_t i = 0, begin = 0; i < count; ++i) {
      const auto end = i + 1 == count ? rows.size() : rows.find('\n', rows.size() * (i + 1) / count) + 1;
      const auto part = folder.path() / name / fmt::format("part={}", i) / "rows.csv";
      std::filesystem::create_directories(part.parent_path());
      write_file(part, header + rows.substr(begin, end - begin));
      begin = end;
    }
  }
};

}  // namespace

TEST(TableFilesTool, FoldersPatternsAndSeveralFilesAreOneTable) {
  const GoodsFiles goods;
  goods.put_parts("parts", 3);
  write_file(goods.folder / "parts/readme.md", "# Goods\n");
  const auto expected = goods.rmse({goods.at("data.csv")});
  const Words files{goods.at("parts/part=0/rows.csv"), goods.at("parts/part=1/rows.csv"),
                    goods.at("parts/part=2/rows.csv")};
  EXPECT_NEAR(goods.rmse({goods.at("parts")}), expected, 1e-9);
  EXPECT_NEAR(goods.rmse({goods.at("parts/*/rows.csv")}), expected, 1e-9);
  EXPECT_NEAR(goods.rmse(files), expected, 1e-9);
  EXPECT_EQ(goods.predicted(goods.at("parts")), 120);
  EXPECT_EQ(goods.predicted(goods.at("parts/*/rows.csv"), {"--keep", "part"}), 120);
  expect_success({"features", "--weights", goods.model(), goods.at("parts"), "--out", goods.at("f.csv")});
  EXPECT_EQ(read_table(goods.at("f.csv")).rows(), 120);
  const auto whole = expect_success(goods.train());
  for (const auto& data : {Words{goods.at("parts/*/rows.csv")}, files}) {
    const auto run = expect_success(goods.train(Words{"--data"} + data));
    EXPECT_EQ(run.json().at("val"), whole.json().at("val"));
  }
  const auto folder = expect_success(goods.train({"--data", goods.at("parts")}));
  EXPECT_NE(folder.err.find("1 other file left out: .md (1)"), std::string::npos) << folder.err;
}

TEST(TableFilesTool, AnyNameAndAPipeAreRead) {
  const GoodsFiles goods;
  const auto expected = goods.rmse({goods.at("data.csv")});
  for (const auto* name : {"data.txt", "data.CSV", "data.data", "data"}) {
    write_file(goods.folder / name, goods.header + goods.rows);
    EXPECT_EQ(goods.rmse({goods.at(name)}), expected) << name;
    EXPECT_EQ(goods.predicted(goods.at(name)), 120) << name;
  }
  const auto piped = [&](const auto& use) {
    ASSERT_EQ(mkfifo(goods.at("pipe").c_str(), 0600), 0);
    std::thread writer([&] { std::ofstream(goods.at("pipe")) << goods.header << goods.rows; });
    use();
    writer.join();
    std::filesystem::remove(goods.at("pipe"));
  };
  piped([&] { EXPECT_EQ(goods.rmse({goods.at("pipe")}), expected); });
  piped([&] { EXPECT_EQ(goods.predicted(goods.at("pipe")), 120); });
  piped([&] { expect_success(goods.train({"--data", goods.at("pipe")})); });
}

TEST(TableFilesTool, RowsOfMebibytesInAColumnThatNobodyReadsAreReadAndTheToolEnds) {
  const GoodsFiles goods;
  std::string text = goods.header.substr(0, goods.header.size() - 1) + ",note\n";
  for (int copy = 0; copy < 20; ++copy)
    for (size_t begin = 0; begin < goods.rows.size(); begin = goods.rows.find('\n', begin) + 1)
      text += goods.rows.substr(begin, goods.rows.find('\n', begin) - begin) + "," +
              (begin == 0 && copy == 3 ? std::string(3 << 20, 'w') : "w") + "\n";
  write_file(goods.folder / "long.csv", text);
  for (int run = 0; run < 3; ++run) EXPECT_EQ(goods.predicted(goods.at("long.csv")), 2400);
  expect_success(goods.train({"--data", goods.at("long.csv"), "--ignore-features", "note"}));
}

TEST(TableFilesTool, EncodingsAreNamedBeforeTraining) {
  const GoodsFiles goods;
  auto latin = goods.header + goods.rows;
  latin.replace(latin.find("red"), 3,
                "r\xe9"
                "d");
  write_file(goods.folder / "latin.csv", latin);
  const auto failed = run_tool(goods.train({"--data", goods.at("latin.csv"), "--out", goods.at("latin")}));
  EXPECT_EQ(failed.code, 1);
  EXPECT_NE(failed.err.find("column \"colour\": the byte 0xe9 is not UTF-8"), std::string::npos) << failed.err;
  EXPECT_FALSE(std::filesystem::exists(goods.folder / "latin/model.safetensors"));
  expect_success(goods.train({"--data", goods.at("latin.csv"), "--encoding", "latin1"}));
  expect_success(goods.train({"--data", goods.at("latin.csv"), "--ignore-features", "colour"}));
  EXPECT_GT(goods.rmse({goods.at("latin.csv"), "--encoding", "windows-1252"}), 0);
}

TEST(TableFilesTool, NotesAboutFilesAreInTheJsonOfEachTool) {
  const GoodsFiles goods;
  goods.put_parts("parts", 2);
  write_file(goods.folder / "parts/readme.md", "# Goods\n");
  const Words model{"--weights", goods.model(), "--json"};
  for (const auto& words : {goods.train({"--data", goods.at("parts"), "--dry-run"}),
                            Words{"evaluate", "--data", goods.at("parts"), "--report", goods.at("r.html")} + model,
                            Words{"predict", goods.at("parts")} + model,
                            Words{"features", goods.at("parts"), "--out", goods.at("f.csv")} + model}) {
    const auto run = expect_success(words);
    const std::string note = "1 other file left out: .md (1)";
    const auto notes = run.json().at("notes").get<Words>();
    EXPECT_EQ(std::count_if(notes.begin(), notes.end(),
                            [&](const auto& line) { return line.find(note) != std::string::npos; }),
              1)
        << words[0];
    EXPECT_NE(run.err.find(note), std::string::npos) << words[0];
    EXPECT_EQ(run.err.find(note), run.err.rfind(note)) << words[0];
  }
  const auto plain = expect_success(Words{"evaluate", "--data", goods.at("data.csv")} + model);
  EXPECT_FALSE(plain.json().contains("notes"));
}

TEST(TableFilesTool, SeveralTargetsMayHaveOtherNames) {
  const Goods goods;
  expect_success(with(goods.train({"--out", goods.at("out")}), {"--target", "price,size"}));
  auto csv = read_file(goods.at("data.csv"));
  csv.replace(0, csv.find('\n'), "length,age,colour,cost");
  write_file(goods.folder / "other.csv", csv);
  const Words evaluate{"evaluate", "--weights", goods.model(), "--json", "--data"};
  const auto same = expect_success(evaluate + Words{goods.at("data.csv")});
  const auto other = expect_success(evaluate + Words{goods.at("other.csv"), "--target", "cost,length"});
  EXPECT_EQ(other.json(), same.json());
  expect_failure(1, evaluate + Words{goods.at("other.csv"), "--target", "cost"},
                 {"other.csv: --target: the model predicts 2 columns (price, size), got 1: cost"});
}

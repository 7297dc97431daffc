// Names are text: any column, class and folder name can be given, stored and read back.
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

namespace fs = std::filesystem;

/// Returns a name as a cell of CSV, which is also how options that take lists spell it.
std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

const Words kNames = {"price, USD", "no. #1", "[x] = 1", "a \"b\" 'c'", " spaces ", "Größe 漢字", "back\\slash",
                      "tab\there",  "0x10",   "007",     "1e3",         "true",     "'quoted'",   "two\nlines"};

/// The goods with names of one's own for the columns size, age, colour and price.
void write_renamed(const fs::path& path, const Words& names) {
  auto table = goods(60);
  std::string csv = quoted(names[0]) + "," + quoted(names[1]) + "," + quoted(names[2]) + "," + quoted(names[3]) + "\n";
  for (const auto& row : table.rows) csv += fmt::format("{},{},{},{}\n", row[0], row[1], row[2], row[3]);
  write_file(path, csv);
}

}  // namespace

TEST(Names, OfAnyTextAreUsedStoredAndReadBack) {
  for (size_t i = 0; i < kNames.size(); i += 2) {
    const Goods goods;
    const auto at = [&](size_t k) { return kNames[(i + k) % kNames.size()]; };
    write_renamed(goods.at("data.csv"), {at(0), at(1), "colour", at(2)});
    const auto result = expect_success(goods.train(
        {"--target", quoted(at(2)), "--ignore-features", quoted(at(1)) + ",colour", "--out", goods.at("out")}));
    const auto again =
        expect_success({"train", "--config", goods.at("out/config.toml"), "--out", goods.at("again"), "--json"});
    EXPECT_EQ(again.json()["val"], result.json()["val"]) << read_file(goods.at("out/config.toml"));
    const auto kept = expect_success(
        {"predict", "--weights", goods.model(), goods.at("data.csv"), "--keep", quoted(at(2)) + ",colour"});
    EXPECT_NE(kept.out.find("colour"), std::string::npos) << kept.out;
    expect_success({"evaluate", "--weights", goods.model(), "--data", goods.at("data.csv"), "--json"});
  }
}

TEST(Names, ListsMayBeGivenInPartsAndRefuseOpenQuotes) {
  const Goods goods;
  const auto once = expect_success(goods.train({"--ignore-features", "age,colour"}));
  const auto twice = expect_success(goods.train({"--ignore-features", "age", "--ignore-features", "\"colour\""}));
  EXPECT_EQ(once.json()["val"], twice.json()["val"]);
  expect_failure(2, goods.train({"--ignore-features", "\"age"}), {"--ignore-features", "no end"});
  expect_failure(2, goods.train({"--ignore-features", "\"age\" b"}), {"--ignore-features", "comma"});
}

TEST(Names, FoldersOfAnyNameAreReadFromTheConfig) {
  const Goods goods;
  const fs::path folder = goods.folder / "a #1, [b] = \"c\" 'd'";
  fs::create_directory(folder);
  write_renamed(folder / "x.csv", {"size", "age", "colour", "price"});
  const auto out = (folder / "out").string();
  const auto result = expect_success(goods.train({"--data", (folder / "x.csv").string(), "--out", out}));
  const auto again = expect_success({"train", "--config", out + "/config.toml", "--out", goods.at("again"), "--json"});
  EXPECT_EQ(again.json()["val"], result.json()["val"]);
}

TEST(Names, ThatAreNotUtf8AreRefusedBeforeTraining) {
  const auto expect_refused_early = [](const Goods& goods, const Words& command) {
    const auto result = run_tool(command + Words{"--out", goods.at("out")});
    EXPECT_EQ(result.code, 1) << result.err;
    EXPECT_NE(result.error_lines().back().find("UTF-8"), std::string::npos) << result.err;
    EXPECT_EQ(result.err.find("json"), std::string::npos) << result.err;
    EXPECT_EQ(result.err.find("epoch"), std::string::npos) << result.err;
    EXPECT_FALSE(fs::exists(goods.at("out/model.safetensors")));
  };
  const Goods header;
  write_renamed(header.at("data.csv"), {"gr\xf6\xdf"
                                        "e",
                                        "age", "colour", "price"});
  expect_refused_early(header, header.train());
  const Goods folder;
  const auto path = folder.folder /
                    "donn\xe9"
                    "es.csv";
  fs::copy(folder.at("data.csv"), path);
  expect_refused_early(folder, folder.train({"--data", path.string()}));
  const Goods classes;
  for (const auto* name : {"caf\xe9", "the"}) {
    fs::create_directories(classes.folder / "photos" / name);
    for (int i = 0; i < 3; ++i)
      fs::copy(fs::path(RESZOO_FIXTURES).parent_path() / "photos/flower.jpg",
               classes.folder / "photos" / name / fmt::format("{}.jpg", i));
  }
  expect_refused_early(classes, {"train", "--data", classes.at("photos"), "--epochs", "1", "--threads", "1"});
}

TEST(Names, AConfigThatIsNotTomlIsRefusedByItsLine) {
  const Goods goods;
  write_file(goods.at("run.toml"), "epochs = 2\ntarget = price\n");
  expect_failure(2, goods.train({"--config", goods.at("run.toml")}), {"config: line 2"});
  write_file(goods.at("run.toml"), "[training]\nepochs = 2\n");
  expect_failure(2, goods.train({"--config", goods.at("run.toml")}), {"sections", "training"});
}

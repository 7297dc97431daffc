// Tables as people have them go through train, evaluate, predict and features.
#include "reszoo/data/table_stream.h"
#include "reszoo/infer/model.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Visits with a key that counts, a date, numbers with gaps and an infinity, a
/// rare and a missing category, a boolean, a name of its own in each row.
std::string raw_csv(int count, char delimiter = ',', char decimal = '.') {
  std::string text = "key,when,size,colour,member,name,land,group,weight,price,sold\n";
  for (int i = 0; i < count; ++i) {
    const double size = 1 + 3 * std::fmod(i * 0.618034, 1.0);
    const std::string colour = i == 7 ? "odd" : i % 11 == 5 ? "" : Words{"red", "green", "blue"}[i % 3];
    text += fmt::format("{},2024-{:02}-{:02} {:02}:30:00,{},{},{},n{},de,g{},{},{:.2f},{}\n", 1000 + i, 1 + i / 28 % 12,
                        1 + i % 28, i * 5 % 24,
                        i % 9 == 4 ? ""
                        : i == 12  ? "inf"
                                   : fmt::format("{:.3f}", size),
                        colour, i % 4 == 0 ? "true" : "false", i, i % 15, 0.5 + i % 3, 10 * size + i % 28 * 0.1,
                        size > 2.5 ? "yes" : "no");
  }
  for (auto& letter : text)
    if (letter == ',') letter = delimiter;
    else if (letter == '.') letter = decimal;
  return text;
}

/// A folder with raw.csv, and trainings on it.
struct Raw {
  TempDir folder;

  explicit Raw(int count = 300) { write_file(at("raw.csv"), raw_csv(count)); }
  std::string at(const std::string& name) const { return (folder / name).string(); }
  std::string model() const { return at("out/model.safetensors"); }
  Words train(const Words& more = {}) const {
    return with(Words{"train", "--data", at("raw.csv"), "--target", "price"} + kQuick, more);
  }
  ToolResult trained(const Words& more = {}) const { return expect_success(train(Words{"--out", at("out")} + more)); }
  void predict(const std::string& input, const std::string& out, const Words& more = {}) const {
    expect_success(Words{"predict", "--weights", model(), at(input), "--out", at(out), "--threads", "1"} + more);
  }
};

}  // namespace

TEST(RawTable, GoesThroughAllToolsWithATargetAlone) {
  const Raw raw;
  const auto result = raw.trained();
  for (const auto* line :
       {"column \"key\" is left out: it counts the rows", "column \"name\" is left out: it is different",
        "column \"land\" is left out: it is \"de\"", "column \"size\" has infinite numbers in 1 rows"})
    EXPECT_NE(result.err.find(line), std::string::npos) << line << "\n" << result.err;
  const auto measured =
      expect_success({"evaluate", "--weights", raw.model(), "--data", raw.at("raw.csv"), "--json"}).json();
  EXPECT_TRUE(measured["rmse"].is_number());
  // Rows with gaps, words and columns that training did not see.
  write_file(raw.at("new.csv"),
             "new,colour,weight,sold,group,when,member,size\n1,violet,1,yes,g1,2030-01-01,True,\n"
             "2,,,,,,,-inf\n3,red,1,no,g99,1999-12-31 23:59,0,1e300\n");
  raw.predict("new.csv", "p.csv");
  const auto predicted = read_table(raw.at("p.csv")).at("prediction").numbers;
  EXPECT_EQ(predicted.numel(), 3);
  EXPECT_TRUE(predicted.isfinite().all().item<bool>());
  expect_success({"features", "--weights", raw.model(), raw.at("new.csv"), "--out", raw.at("f.csv")});
  EXPECT_EQ(read_table(raw.at("f.csv")).rows(), 3);
}

TEST(RawTable, ARowInMemoryHasItsDateAsText) {
  const Raw raw;
  raw.trained();
  raw.predict("raw.csv", "p.csv");
  auto model = Model::load(raw.model());
  const Row row{{"when", "2024-01-01 00:30:00"},
                {"size", 1.0},
                {"colour", "red"},
                {"member", true},
                {"group", "g0"},
                {"weight", 0.5},
                {"sold", "no"}};
  EXPECT_NEAR(model.predict(row).value, read_table(raw.at("p.csv")).at("prediction").numbers[0].item<double>(), 1e-4);
}

TEST(RawTable, OptionsOfReadingAreTakenByEveryTool) {
  const Raw raw;
  write_file(raw.at("comma.csv"), raw_csv(300, ';', ','));
  const Words reading{"--decimal", ","};
  const auto plain = expect_success(raw.train()).json();
  const auto comma = raw.trained(Words{"--data", raw.at("comma.csv")} + reading).json();
  // Without a report the networks are not fused: the last digits differ.
  EXPECT_NEAR(plain["val"]["rmse"].get<double>(), comma["val"]["rmse"].get<double>(), 1e-5);
  expect_success(Words{"evaluate", "--weights", raw.model(), "--data", raw.at("comma.csv")} + reading);
  raw.predict("comma.csv", "a.csv", reading);
  raw.predict("raw.csv", "b.csv");
  EXPECT_EQ(read_file(raw.at("a.csv")), read_file(raw.at("b.csv")));
  expect_failure(2, raw.train({"--delimiter", "two"}), {"--delimiter", "\"two\""});
  expect_failure(1, raw.train({"--delimiter", ";"}), {"no column \"price\""});
}

TEST(RawTable, AQuoteThatIsNotClosedEndsTheRun) {
  const Raw raw;
  write_file(raw.at("raw.csv"), raw_csv(50) + "\"1,2\n" + raw_csv(50));
  expect_failure(1, raw.train(), {raw.at("raw.csv"), "row 51", "a quote is not closed"});
}

TEST(Parts, ByTimeByGroupAndWithWeights) {
  const Raw raw;
  const auto rows = [](const ToolResult& result) { return result.err.substr(result.err.find("rows to train on") - 4); };
  const Words fractions{"--val", "0.2", "--test", "0.2"};
  EXPECT_NE(rows(raw.trained(fractions + Words{"--time", "when"})).find("60 to validate"), std::string::npos);
  const auto grouped = expect_success(raw.train(fractions + Words{"--groups", "group", "--out", raw.at("grouped")}));
  EXPECT_NE(grouped.err.find("180 rows to train on, 60 to validate, 60 to test"), std::string::npos) << grouped.err;
  const auto described =
      expect_success({"evaluate", "--weights", raw.at("grouped/model.safetensors"), "--describe", "--json"}).json();
  for (const auto& column : described["columns"]) EXPECT_NE(column["name"], "group");
  const auto even = expect_success(raw.train()).json(),
             weighted = expect_success(raw.train({"--sample-weight", "weight"})).json();
  EXPECT_NE(even["val"], weighted["val"]);
  expect_failure(1, raw.train({"--sample-weight", "colour"}), {raw.at("raw.csv"), "\"colour\"", "row 1"});
  write_file(raw.at("raw.csv"), "x,w,price\n1,1,1.5\n2,-1,2.5\n3,1,3.5\n4,1,4.5\n");
  expect_failure(1, raw.train({"--sample-weight", "w"}), {"weight column \"w\"", "got -1 in row 2"});
  expect_failure(2, raw.train({"--groups", "w", "--time", "x"}), {"--groups", "--time"});
}

TEST(Parts, ClassesAreStratifiedUnlessTheyAreNotToBe) {
  const Raw raw;
  std::string text = "x,kind\n";
  for (int i = 0; i < 200; ++i) text += fmt::format("{},{}\n", i * 0.37, i % 20 == 0 ? "rare" : i % 2 == 0 ? "a" : "b");
  write_file(raw.at("raw.csv"), text);
  // Accuracy on 20 rows counts in 20ths; with one "rare" among them every seed gives a log loss.
  const auto first = expect_success(raw.train({"--target", "kind", "--val", "0.1", "--seed", "1"})).json();
  const auto plain =
      expect_success(raw.train({"--target", "kind", "--val", "0.1", "--seed", "1", "--no-stratify"})).json();
  EXPECT_NE(first["val"], plain["val"]);
  expect_success(raw.train({"--target", "x", "--stratify", "kind"}));
}

TEST(Predict, PartsOfALargeFileAreTheWholeOfIt) {
  const Raw raw;
  raw.trained({"--recipe", "paper", "--ignore-features", "when,name,group,weight,sold,land"});
  std::string text = "key,size,colour,member\n";
  for (int i = 0; i < 200000; ++i)
    text += fmt::format("{},{},{},{}\n", (int64_t{1} << 60) + i, i % 7 == 0 ? "" : std::to_string(i % 400 / 100.0),
                        Words{"red", "green", "", "violet"}[i % 4], i % 3 == 0);
  write_file(raw.at("large.csv"), text);
  auto model = Model::load(raw.model());
  const auto whole = read_table(raw.at("large.csv"), {.text = model.table->text_columns()});
  const auto wanted = model.target->decode(model.outputs(model.input(whole)));
  write_table(raw.at("large.parquet"), whole);
  for (const auto& [input, out] : {std::pair("large.csv", "p.csv"), std::pair("large.parquet", "p.parquet")}) {
    raw.predict(input, out, {"--keep", "key"});
    const auto frame = read_table(raw.at(out));
    EXPECT_EQ(frame.names(), (Words{"key", "prediction"}));
    ASSERT_EQ(frame.rows(), 200000);
    EXPECT_LT((frame.at("prediction").numbers - wanted).abs().max().item<double>(), 1e-4) << input;
  }
  const auto copied = read_file(raw.at("p.csv"));
  EXPECT_NE(copied.find(fmt::format("\n\"{}\",", (int64_t{1} << 60) + 199999)), std::string::npos);
}

TEST(Predict, KeepsTheColumnsThatAreAskedFor) {
  const Raw raw;
  raw.trained();
  raw.predict("raw.csv", "p.csv", {"--keep", "when,key"});
  EXPECT_TRUE(
      read_file(raw.at("p.csv")).starts_with("\"when\",\"key\",\"prediction\"\n\"2024-01-01 00:30:00\",\"1000\","));
  expect_failure(1, {"predict", "--weights", raw.model(), raw.at("raw.csv"), "--keep", "kee"},
                 {raw.at("raw.csv"), "no column \"kee\"", "did you mean key?"});
}

TEST(Predict, AFailureInALaterPartLeavesNoFile) {
  const Raw raw;
  raw.trained({"--ignore-features", "when,name,group,weight,sold,land,colour,member"});
  std::string text = "size,note\n";
  for (int i = 0; i < 3000; ++i) text += "2.5," + std::string(8000, 'x') + "\n";
  write_file(raw.at("large.csv"), text + "large,\n");
  expect_failure(1, {"predict", "--weights", raw.model(), raw.at("large.csv"), "--out", raw.at("p.csv")},
                 {raw.at("large.csv"), "column \"size\"", "\"large\" in row 3001"});
  EXPECT_FALSE(std::filesystem::exists(raw.at("p.csv")));
  for (const auto& entry : std::filesystem::directory_iterator(raw.folder.path()))
    EXPECT_EQ(entry.path().string().find(".tmp"), std::string::npos) << entry.path();
}

TEST(Evaluate, DescribesTheFittedColumns) {
  const Raw raw;
  raw.trained({"--scaling", "smooth"});
  const auto json = expect_success({"evaluate", "--weights", raw.model(), "--describe", "--json"}).json();
  EXPECT_EQ(json["scaling"], "smooth");
  EXPECT_EQ(json["target"]["name"], "price");
  EXPECT_EQ(json["columns"][0]["name"], "when");
  EXPECT_EQ(json["columns"][0]["kind"], "date");
  const auto text = expect_success({"evaluate", "--weights", raw.model(), "--describe"}).out;
  for (const auto* part : {"colour", "category", "column \"name\" is left out"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
  expect_failure(2, {"evaluate", "--weights", raw.model()}, {"--data or --describe"});
}

TEST(RawTable, WhatTrainingDidNotSeeIsTold) {
  const Raw raw;
  raw.trained({"--ignore-features", "key,name,land"});
  write_file(raw.at("new.csv"),
             "colour,weight,sold,group,when,member,size\nviolet,1,yes,g1,2030-01-01,true,1\n"
             "red,,yes,g1,2030-01-01,True,1\n");
  const auto told = expect_success({"predict", "--weights", raw.model(), raw.at("new.csv"), "--json"});
  EXPECT_EQ(told.err,
            "never seen in training: column \"colour\": 1 word in 1 of 2 rows (\"violet\"); column "
            "\"weight\": no value in 1 row\n");
  EXPECT_EQ(told.json()["unseen"]["colour"]["words"]["violet"], 1);
  EXPECT_EQ(told.json()["unseen"]["weight"]["missing_rows"], 1);
  const auto known = expect_success({"evaluate", "--weights", raw.model(), "--data", raw.at("raw.csv"), "--json"});
  EXPECT_FALSE(known.json().contains("weight")) << known.err;
  expect_failure(
      1, {"predict", "--weights", raw.model(), raw.at("new.csv"), "--keep", "when,when", "--out", raw.at("p.csv")},
      {"--keep: must name each column once", "\"when\" twice"});
}

TEST(RawTable, NamesWithCommasAreQuoted) {
  const Raw raw;
  std::string text = "\"weight, kg\",size 5\"\",\"price, USD\",#\n";
  for (int i = 0; i < 100; ++i)
    text += fmt::format("{:.3f},{},{},{}\n", std::fmod(i * 0.618034, 1.0), i * 7 % 10 + 0.5, i % 9 + 0.25, i % 3);
  write_file(raw.at("raw.csv"), text);
  const auto result = expect_success(with(raw.train({"--out", raw.at("out"), "--ignore-features", "\"weight, kg\",#"}),
                                          {"--target", "\"price, USD\""}));
  EXPECT_EQ(
      expect_success({"evaluate", "--weights", raw.model(), "--describe", "--json"}).json()["network_reads"].size(),
      1u);
  const auto twice = with(raw.train({"--numeric-features", "\"weight, kg\"", "--numeric-features", "#"}),
                          {"--target", "\"price, USD\""});
  expect_success(twice);
}

TEST(RawTable, DatesAreRefusedAsNumbersAndPredictedAsDates) {
  const Raw raw;
  raw.trained({"--target", "when", "--ignore-features", "key"});
  raw.predict("raw.csv", "p.csv");
  EXPECT_TRUE(read_table(raw.at("p.csv")).at("prediction").date);
  const auto listed = expect_success({"predict", "--weights", raw.model(), raw.at("raw.csv"), "--json"}).json();
  EXPECT_EQ(listed["predictions"][0].get<std::string>().substr(0, 5), "2024-");
}

TEST(RawTable, DaysArePredictedWithoutATimeOfDay) {
  const Raw raw;
  std::string text = "x,due\n";
  for (int i = 0; i < 100; ++i)
    text += fmt::format("{:.3f},2024-{:02}-{:02}\n", std::fmod(i * 0.618034, 1.0), 1 + i % 12, 1 + i % 28);
  write_file(raw.at("raw.csv"), text);
  raw.trained({"--target", "due"});
  raw.predict("raw.csv", "p.csv");
  const auto line = read_file(raw.at("p.csv")).substr(13);
  EXPECT_EQ(line.find('\n'), 10u) << line.substr(0, 40);
  EXPECT_TRUE(line.starts_with("2024-")) << line.substr(0, 40);
}

TEST(RawTable, TwoQuantilesHaveTheirMiddleAsPrediction) {
  const Raw raw;
  raw.trained({"--task", "quantile", "--quantiles", "0.2,0.8"});
  raw.predict("raw.csv", "p.csv");
  const auto rows = read_table(raw.at("p.csv"));
  const auto middle = (rows.at("quantile_0.2").numbers + rows.at("quantile_0.8").numbers) / 2;
  EXPECT_TRUE(torch::allclose(rows.at("prediction").numbers, middle));
  expect_success(raw.train({"--task", "quantile", "--quantiles", "0.8,0.9", "--out", raw.at("high")}));
}

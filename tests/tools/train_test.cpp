// The main job on tables: train, evaluate, and the files that a run leaves.
#include <fstream>

#include "reszoo/infer/model.h"
#include "reszoo/weights/model_file.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

namespace fs = std::filesystem;

const Words kParts = {"--val", "0.2", "--test", "0.25"};

/// Trains with a test part in a file of its own, and evaluates on the same.
void expect_equal_measures(const std::string& target, const std::string& decides, const Words& metrics) {
  const Goods goods(target);
  const auto test = goods.at("test.csv");
  write_file(test, goods.table.csv());
  const auto trained = goods.trained({"--test", test}).json();
  const auto measured =
      expect_success({"evaluate", "--weights", goods.model(), "--data", test, "--threads", "1", "--json"}).json();
  EXPECT_EQ(trained["metric"], decides);
  ASSERT_EQ(measured.size(), metrics.size() + 1) << measured;  // and the drift of the columns
  for (const auto& metric : metrics)
    EXPECT_NEAR(measured.at(metric).get<double>(), trained["test"].at(metric).get<double>(), 1e-5) << metric;
}

/// What a run says of its result, without its time and place.
nlohmann::json figures(const ToolResult& result) {
  auto json = result.json();
  json.erase("seconds");
  json.erase("out");
  return json;
}

}  // namespace

TEST(Train, JsonIsTheLastLineAndHasTheKeys) {
  const Goods goods;
  const auto json = goods.trained(kParts).json();
  for (const auto* key : {"model", "metric", "val", "test", "epochs", "seconds", "out"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json.size(), 7u);
  EXPECT_EQ(json["model"], "tabular_resnet");
  EXPECT_EQ(json["epochs"], 2);
  EXPECT_EQ(json["out"], goods.at("out"));
  EXPECT_GT(json["val"]["rmse"], 0);
}

TEST(Train, OutHoldsTheFilesAndNoOther) {
  const Goods goods;
  goods.trained(kParts);
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(goods.at("out"))) names.insert(entry.path().filename());
  EXPECT_EQ(names, (std::set<std::string>{"checkpoint.safetensors", "config.toml", "log.jsonl", "model.safetensors",
                                          "report.html"}));
  std::ifstream log(goods.at("out/log.jsonl"));
  int64_t epoch = 0;
  for (std::string line; std::getline(log, line);) EXPECT_EQ(nlohmann::json::parse(line).at("epoch"), ++epoch);
  EXPECT_EQ(epoch, 2);
  const auto page = read_file(goods.at("out/report.html"));
  EXPECT_NE(page.find("tabular_resnet"), std::string::npos);
  for (const auto* part : {"Predicted against true", "Importance of columns", "follows a column", "best ", "</html>"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
}

TEST(Train, SaysOneLineAnEpochWhereStderrIsNoTerminal) {
  const Goods goods;
  const auto result = expect_success(goods.train());
  int64_t epochs = 0;
  for (const auto& line : result.error_lines()) epochs += line.starts_with("epoch ");
  EXPECT_EQ(epochs, 2) << result.err;
  EXPECT_EQ(result.err.find('\r'), std::string::npos);
  EXPECT_EQ(result.err.find('\033'), std::string::npos);
}

TEST(Train, WithoutJsonPrintsTheSameOverSeveralLines) {
  const Goods goods;
  auto words = goods.train();
  std::erase(words, "--json");
  EXPECT_EQ(nlohmann::json::parse(expect_success(words).out).at("model"), "tabular_resnet");
}

TEST(Train, RegressionMeasuresAsEvaluateDoes) { expect_equal_measures("price", "rmse", {"rmse", "mae", "r2"}); }
TEST(Evaluate, WritesAReportOfTheRowsItMeasures) {
  const Goods goods("sold");
  goods.trained();
  const Words words{"evaluate", "--weights", goods.model(), "--data", goods.at("data.csv"), "--threads", "1", "--json"};
  expect_success(words + Words{"--report", goods.at("report.html")});
  const auto page = read_file(goods.at("report.html"));
  for (const auto* part :
       {"of 120 measured rows", "Calibration", "Confusion", "Importance of columns", "tabular_resnet: sold"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
}

TEST(Train, BinaryMeasuresAsEvaluateDoes) {
  expect_equal_measures("sold", "log_loss",
                        {"accuracy", "balanced_accuracy", "log_loss", "roc_auc", "pr_auc", "f1", "brier", "ece"});
}
TEST(Train, MulticlassMeasuresAsEvaluateDoes) {
  expect_equal_measures("grade", "log_loss",
                        {"accuracy", "balanced_accuracy", "log_loss", "roc_auc", "f1_macro", "brier", "ece"});
}

TEST(Train, LearnsATableThatCanBeLearned) {
  const Goods goods("price", 300);
  const auto json = goods.trained({"--test", "0.2", "--epochs", "15", "--lr", "0.01"}).json();
  EXPECT_GT(json["test"]["r2"].get<double>(), 0.8) << json;
}

TEST(Train, FractionsCountRowsOfTheTable) {
  const Goods goods;
  const auto result = expect_success(goods.train(kParts));
  EXPECT_NE(result.err.find("66 rows to train on, 24 to validate, 30 to test"), std::string::npos) << result.err;
}

TEST(Train, PathsOfValidationAndTestLeaveTheTableWhole) {
  const Goods goods;
  write_file(goods.at("val.csv"), test::goods(70).csv());
  write_file(goods.at("test.csv"), test::goods(61).csv({"price", "age", "size", "colour"}));
  const auto result = expect_success(goods.train({"--val", goods.at("val.csv"), "--test", goods.at("test.csv")}));
  EXPECT_NE(result.err.find("120 rows to train on, 70 to validate, 61 to test"), std::string::npos) << result.err;
}

TEST(Train, WithoutValidationTheLastEpochIsKept) {
  const Goods goods;
  const auto json = goods.trained({"--val", "0"}).json();
  EXPECT_TRUE(json["val"].is_null());
  EXPECT_TRUE(fs::exists(goods.model()));
}

TEST(Train, SameSeedGivesTheSameFileAnotherSeedAnother) {
  const Goods goods;
  for (const auto* name : {"a", "b"}) expect_success(goods.train({"--seed", "7", "--out", goods.at(name)}));
  expect_success(goods.train({"--seed", "8", "--out", goods.at("c")}));
  const auto file = [&](const std::string& run) { return read_file(goods.at(run + "/model.safetensors")); };
  EXPECT_TRUE(file("a") == file("b"));
  EXPECT_FALSE(file("a") == file("c"));
}

TEST(Train, ConfigOfARunRepeatsIt) {
  const Goods goods;
  const auto first = goods.trained(kParts + Words{"--seed", "5", "--sched", "cosine:0.1", "--ignore-features", "age"});
  const auto second =
      expect_success({"train", "--config", goods.at("out/config.toml"), "--out", goods.at("again"), "--json"});
  EXPECT_EQ(figures(first), figures(second));
  EXPECT_TRUE(read_file(goods.model()) == read_file(goods.at("again/model.safetensors")));
  EXPECT_EQ(second.json()["out"], goods.at("again"));
}

TEST(Train, ConfigKeepsNamesWithSpacesCommasAndQuotes) {
  const Goods goods;
  auto table = goods.table;
  for (auto& name : table.header)
    if (name == "price") name = "the \"real\" price";
  auto text = table.csv({"size", "colour", "the \"real\" price"});
  text.replace(0, text.find('\n'), "size,colour,\"the \"\"real\"\" price\"");
  write_file(goods.at("data.csv"), text);
  const Words words =
      Words{"train", "--data", goods.at("data.csv"), "--target", "the \"real\" price", "--out", goods.at("out")} +
      kQuick;
  const auto first = expect_success(words);
  const auto second =
      expect_success({"train", "--config", goods.at("out/config.toml"), "--out", goods.at("again"), "--json"});
  EXPECT_EQ(figures(first), figures(second));
}

TEST(Train, ALastBatchOfOneRowIsNoTrouble) {
  const Goods goods("price", 49);
  expect_success(goods.train({"--val", "0"}));
}

TEST(Train, InitBeginsWithTheWeightsOfAnotherRun) {
  const Goods goods;
  goods.trained();
  const auto result =
      expect_success(goods.train({"--initial-checkpoint", goods.model(), "--lr", "1e-12", "--out", goods.at("more")}));
  EXPECT_NE(result.err.find(goods.model() + ": "), std::string::npos) << result.err;
  const auto before = Model::load(goods.model()), after = Model::load(goods.at("more/model.safetensors"));
  const auto key = before.network()->parameters().front(), same = after.network()->parameters().front();
  EXPECT_LT((key - same).abs().max().item<double>(), 1e-6);
}

TEST(Train, InitTakesTheNetworkOfAModelFileAndItsBins) {
  const Goods goods;
  goods.trained({"--recipe", "auto", "--model-kwargs", "members=2", "--n-bins", "5", "--binning", "tree"});
  expect_success({"train", "--data", goods.at("data.csv"), "--target", "price", "--initial-checkpoint", goods.model(),
                  "--lr", "1e-12", "--epochs", "1", "--threads", "1", "--out", goods.at("more")});
  const auto before = Model::load(goods.model()), after = Model::load(goods.at("more/model.safetensors"));
  EXPECT_EQ(to_json(before.options), to_json(after.options));
  for (const auto& bins : std::get<TabularOptions>(after.options).bins.value()) EXPECT_LE(bins.size(), 6u);
}

TEST(Train, InitWithAdaptTakesAnotherNumberOfOutputs) {
  const Goods goods;
  goods.trained();
  write_file(goods.at("data.csv"), goods.table.csv(kInputs + Words{"grade"}));
  const Words other =
      Words{"train", "--data", goods.at("data.csv"), "--target", "grade", "--initial-checkpoint", goods.model()} +
      kQuick;
  expect_success(other + Words{"--adapt"});
  const auto refused = run_tool(other);
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("keys do not fit "), std::string::npos) << refused.err;
}

TEST(Train, FineTuningOfTheHeadLeavesTheBodyAsItWas) {
  const Goods goods;
  goods.trained();
  expect_success(
      goods.train({"--initial-checkpoint", goods.model(), "--freeze", "*", "--unfreeze", "output.linear.*", "--opt",
                   "lion", "--sched", "polynomial:2,warmup=0.2", "--layer-decay", "0.8", "--out", goods.at("tuned")}));
  const auto before = read_model_file(goods.model()).tensors;
  for (const auto& item : read_model_file(goods.at("tuned/model.safetensors")).tensors)
    EXPECT_EQ(torch::equal(item.value(), before[item.key()]), item.key().find("output.linear.") == std::string::npos)
        << item.key();
}

TEST(Train, NamesOfTrainingThatDoNotExistAreRefusedWithASuggestion) {
  const Goods goods;
  expect_failure(1, goods.train({"--opt", "lyon"}), {"Optimizer: must be", "did you mean lion?"});
  expect_failure(1, goods.train({"--sched", "one_cycl"}), {"Schedule: must be", "did you mean one_cycle?"});
  expect_failure(1, goods.train({"--loss", "bcee"}), {"loss: must be", "did you mean bce?"});
  const auto refused = run_tool(goods.train({"--freeze", "blocks"}));  // known once the network is there
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("freeze: no parameter \"blocks\"; did you mean blocks.*?"), std::string::npos)
      << refused.err;
}

TEST(Train, DryRunWritesNothing) {
  const Goods goods;
  const auto json = expect_success(goods.train({"--dry-run", "--out", goods.at("out")})).json();
  EXPECT_EQ(json["dry_run"], true);
  EXPECT_TRUE(json["loss"].is_number());
  EXPECT_FALSE(fs::exists(goods.at("out")));
}

TEST(Train, OutWithAModelIsRefusedWithoutOverwrite) {
  const Goods goods;
  goods.trained();
  const auto before = read_file(goods.model());
  expect_failure(1, goods.train({"--out", goods.at("out"), "--seed", "9"}),
                 {goods.at("out"), "--resume", "--overwrite"});
  EXPECT_TRUE(read_file(goods.model()) == before);
  goods.trained({"--seed", "9", "--overwrite"});
  EXPECT_FALSE(read_file(goods.model()) == before);
}

TEST(Train, ParquetOfPredictionsIsATableToTrainOn) {
  const Goods goods;
  goods.trained();
  expect_success({"predict", "--weights", goods.model(), goods.at("data.csv"), "--out", goods.at("data.parquet")});
  expect_failure(1, {"train", "--data", goods.at("data.parquet"), "--target", "prediction"},
                 {"no column is left to learn from"});
}

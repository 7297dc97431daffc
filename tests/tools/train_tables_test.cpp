// Tables as people have them: what `train` makes of them, told no more than the target.
#include <gtest/gtest.h>

#include <chrono>

#include "reszoo/infer/model.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// The day so many days after Monday, 1 January 2024.
std::string day_text(int days) {
  using namespace std::chrono;
  const year_month_day day{sys_days{2024y / January / 1} + std::chrono::days{days}};
  return fmt::format("{}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

/// Sales of 240 days: dates, gaps, a constant, an identifier, a rare word, booleans.
TextTable sales(int from, int count) {
  TextTable table{{"id", "day", "shop", "visitors", "rain", "currency", "turnover", "busy", "open", "mood"}, {}};
  for (int i = from; i < from + count; ++i) {
    const int visitors = 20 + i * 37 % 80;
    const bool weekend = i % 7 > 4, rain = i % 3 == 0;
    const double turnover = visitors * (weekend ? 2.5 : 1.5) + (rain ? -10 : 0) + 0.1 * (i * 13 % 10);
    table.rows.push_back({fmt::format("S-{:05}", i), day_text(i),
                          i % 41 == 9 ? ""
                          : i == 17   ? "kiosk"
                                      : Words{"north", "south", "east"}[i % 3],
                          i % 19 == 4 ? "" : std::to_string(visitors), rain ? "true" : "false", "EUR",
                          fmt::format("{:.2f}", turnover), turnover > 120 ? "yes" : "no", weekend ? "no" : "yes",
                          turnover < 70    ? "low"
                          : turnover < 140 ? "middle"
                                           : "high"});
  }
  return table;
}

struct Shop {
  TempDir folder;
  std::string at(const std::string& name) const { return (folder / name).string(); }
  std::string model() const { return at("out/model.safetensors"); }

  explicit Shop(const Words& columns) {
    write_file(folder / "sales.csv", sales(0, 240).csv(columns));
    auto later = sales(240, 60);
    later.rows[3][later.place("shop")] = "never seen";
    write_file(folder / "later.csv", later.csv(columns));
  }
  Words train(const std::string& target, const Words& more = {}) const {
    return Words{"train",     "--data", at("sales.csv"), "--target", target,  "--out", at("out"),
                 "--threads", "1",      "--device",      "cpu",      "--json"} +
           more;
  }
  /// Networks small enough for a test.
  Words quick(const std::string& target, const Words& more = {}) const {
    return with(train(target) + Words{"--epochs", "3", "--model-kwargs", "width=16", "--model-kwargs", "members=4",
                                      "--model-kwargs", "blocks=1"},
                more);
  }
};

const Words kColumns = {"id", "day", "shop", "visitors", "rain", "currency"};

size_t lines_in(const std::string& text) { return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')); }

}  // namespace

TEST(TrainTables, ARawTableGoesThroughAllToolsWithTheTargetAlone) {
  const Shop shop(kColumns + Words{"turnover"});
  const auto trained = expect_success(shop.train("turnover"));
  EXPECT_NE(trained.err.find("\"currency\" is left out"), std::string::npos) << trained.err;
  EXPECT_NE(trained.err.find("\"id\" is left out"), std::string::npos) << trained.err;
  EXPECT_GT(trained.json()["val"]["r2"].get<double>(), 0.8);

  const Words weights{"--weights", shop.model()};
  const auto measured = expect_success(Words{"evaluate", "--data", shop.at("later.csv"), "--json"} + weights);
  EXPECT_GT(measured.json()["r2"].get<double>(), 0.6);
  const auto said = expect_success(Words{"predict", shop.at("later.csv")} + weights);
  EXPECT_EQ(lines_in(said.out), 61u);
  expect_success(Words{"features", shop.at("later.csv"), "--out", shop.at("features.npy")} + weights);
}

TEST(TrainTables, ASearchGoesOnAfterItWasStopped) {
  const Shop shop(kColumns + Words{"busy"});
  const auto searched = expect_success(shop.quick("busy", {"--tune", "4", "--epochs", "5"}));
  EXPECT_NE(searched.err.find("trial   3"), std::string::npos) << searched.err;
  EXPECT_EQ(searched.err.find("epoch 1/"), std::string::npos) << "the best was trained twice\n" << searched.err;
  const auto history = read_file(shop.at("out/tune/tune.jsonl"));
  EXPECT_GE(lines_in(history), 4u);
  const auto again = expect_success(shop.quick("busy", {"--tune", "4", "--epochs", "5", "--resume"}));
  EXPECT_EQ(again.err.find("trial   3"), std::string::npos) << again.err;
  EXPECT_EQ(again.json()["val"], searched.json()["val"]);
  EXPECT_NE(read_file(shop.at("out/report.html")).find("Search"), std::string::npos);
}

TEST(TrainTables, FoldsGiveMeanAndSpreadBesideTheModel) {
  const Shop shop(kColumns + Words{"turnover"});
  const auto folds = expect_success(shop.quick("turnover", {"--folds", "3"})).json()["folds"]["rmse"];
  ASSERT_EQ(folds["each"].size(), 3u);
  double mean = 0;
  for (const auto& value : folds["each"]) mean += value.get<double>() / 3;
  EXPECT_NEAR(folds["mean"].get<double>(), mean, 1e-9);
  EXPECT_GT(folds["std"].get<double>(), 0);
  EXPECT_NO_THROW(Model::load(shop.model()));
}

TEST(TrainTables, AnEnsembleIsOneModelFile) {
  const Shop shop(kColumns + Words{"mood"});
  expect_success(shop.quick("mood", {"--ensemble", "2"}));
  EXPECT_EQ(Model::load(shop.model()).networks.size(), 2u);
  const auto said = expect_success({"predict", shop.at("later.csv"), "--weights", shop.model(), "--proba"});
  EXPECT_NE(said.out.find("probability_middle"), std::string::npos) << said.out.substr(0, 200);
  expect_failure(1, {"convert", shop.model(), shop.at("model.onnx")}, {"ensemble of 2"});
}

TEST(TrainTables, AThresholdIsChosenAndStored) {
  const Shop shop(kColumns + Words{"busy"});
  expect_success(shop.quick("busy", {"--tune-threshold", "f1"}));
  EXPECT_NE(Model::load(shop.model()).target->thresholds().front(), 0.5);
  expect_failure(1, shop.quick("busy", {"--overwrite", "--tune-threshold", "f2"}), {"--tune-threshold", "f2"});
}

TEST(TrainTables, SeveralTargetsAreLabelsOrNumbers) {
  const Shop labels(kColumns + Words{"busy", "open"});
  expect_success(labels.quick("busy,open"));
  const auto said = expect_success({"predict", labels.at("later.csv"), "--weights", labels.model()});
  EXPECT_TRUE(said.out.starts_with("\"prediction_busy\",\"prediction_open\"\n")) << said.out.substr(0, 100);

  const Shop numbers(kColumns + Words{"turnover", "busy"});
  const auto quantiles = Words{"--task", "quantile", "--quantiles", "0.1,0.9", "--ignore-features", "busy"};
  expect_success(numbers.quick("turnover", quantiles));
  const auto range = expect_success({"predict", numbers.at("later.csv"), "--weights", numbers.model()});
  EXPECT_NE(range.out.find("quantile_0.9"), std::string::npos) << range.out.substr(0, 100);
}

TEST(TrainTables, OrderedClassesAreNamedInTheirOrder) {
  const Shop shop(kColumns + Words{"mood"});
  expect_success(shop.quick("mood", {"--task", "ordinal", "--classes", "low,middle,high"}));
  EXPECT_EQ(Model::load(shop.model()).target->classes(), (Words{"low", "middle", "high"}));
}

TEST(TrainTables, BalancedClassesWeighTheSame) {
  const Shop shop({"day", "shop", "visitors", "busy", "turnover"});
  const auto plain = expect_success(shop.quick("busy", {"--ignore-features", "turnover"})).json()["val"];
  const auto balanced =
      expect_success(shop.quick("busy", {"--ignore-features", "turnover", "--class-weight", "balanced", "--overwrite"}))
          .json()["val"];
  EXPECT_NE(plain, balanced);
  const auto folds = [&](const Words& more) {
    return expect_success(
               shop.quick("busy", Words{"--ignore-features", "turnover", "--folds", "3", "--overwrite"} + more))
        .json()["folds"];
  };
  EXPECT_NE(folds({}), folds({"--class-weight", "balanced"}));
  expect_failure(1, shop.quick("turnover", {"--class-weight", "balanced", "--overwrite"}),
                 {"--class-weight", "regression"});
}

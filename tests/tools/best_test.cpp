// `--time-limit` and `--recipe best`.
#include <csignal>

#include "reszoo/infer/model.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// A run of `best` on networks that are quick to train.
Words best_run(const Goods& goods, const Words& more = {}) {
  return with(goods.train(), Words{"--recipe", "best", "--out", goods.at("out"), "--time-limit", "4s"} + more);
}

}  // namespace

TEST(TimeLimit, MustBeADuration) {
  const Goods goods;
  for (const auto* text : {"10min", "0", "soon", "1h30m"})
    expect_failure(2, goods.train({"--time-limit", text}), {"--time-limit", "10m", text});
  expect_failure(2, goods.train({"--time-limit", "10m", "--folds", "3"}), {"--time-limit", "--folds"});
  expect_failure(2, goods.train({"--time-limit", "10m", "--tune", "3"}), {"--time-limit", "--tune"});
}

TEST(TimeLimit, EndsARunOfManyEpochs) {
  const Goods goods;
  const auto result = goods.trained({"--epochs", "1000000", "--time-limit", "2s"});
  EXPECT_LT(result.json()["epochs"], 1000000);
  EXPECT_NO_THROW(Model::load(goods.model()));
}

TEST(TimeLimit, OfLessThanAnEpochGivesAModelAndALine) {
  const Goods goods;
  const auto result = goods.trained({"--time-limit", "1e-3"});
  EXPECT_NE(result.err.find("ended the first epoch after 1 of"), std::string::npos) << result.err;
  EXPECT_EQ(result.json()["epochs"], 1);
  EXPECT_NO_THROW(Model::load(goods.model()));
}

TEST(Best, GivesOneFileThatTheOtherToolsRead) {
  const Goods goods("sold");
  const auto trained = expect_success(best_run(goods, {"--test", "0.2", "--tune-threshold", "f1"}));
  const auto json = trained.json();
  ASSERT_FALSE(json["leaderboard"].empty());
  double weight = 0;
  for (const auto& one : json["leaderboard"]) weight += one["weight"].get<double>();
  EXPECT_NEAR(weight, 1, 1e-9);
  EXPECT_TRUE(json["val"].contains("log_loss"));
  EXPECT_NE(trained.err.find("candidate   0, 1 network: log_loss"), std::string::npos) << trained.err;
  EXPECT_NE(read_file(goods.at("out/report.html")).find("Leaderboard"), std::string::npos);

  const Words weights{"--weights", goods.model()};
  const auto measured = expect_success(Words{"evaluate", "--data", goods.at("data.csv"), "--json"} + weights);
  EXPECT_GT(measured.json()["accuracy"].get<double>(), 0.7);
  EXPECT_NE(expect_success(Words{"predict", goods.at("data.csv"), "--proba"} + weights).out.find("probability_yes"),
            std::string::npos);
  expect_success(Words{"features", goods.at("data.csv"), "--out", goods.at("features.npy")} + weights);
}

TEST(Best, GoesOnAfterCtrlC) {
  const Goods goods;
  const auto run = with(best_run(goods), {"--time-limit", "20s"});
  const auto cut = run_tool(run, {.signal_when = "candidate   1", .signal = SIGINT});
  EXPECT_EQ(cut.code, 130) << cut.err;
  EXPECT_NE(cut.err.find("--resume goes on"), std::string::npos) << cut.err;
  EXPECT_NO_THROW(Model::load(goods.model()));
  const auto rest = expect_success(with(run, {"--time-limit", "3s"}) + Words{"--resume"});
  EXPECT_EQ(rest.err.find("candidate   0, 1 network"), rest.err.rfind("candidate   0, 1 network")) << rest.err;
  EXPECT_GE(rest.json()["leaderboard"].size(), 2u);
  expect_failure(1, best_run(goods), {"holds a model already"});
}

TEST(Best, OtherWaysToTrainSeveralNetworksAreRefused) {
  const Goods goods;
  expect_failure(1, with(best_run(goods), {"--ensemble", "2"}), {"--ensemble", "--recipe best"});
  expect_failure(1, with(best_run(goods), {"--checkpoint-hist", "2"}), {"--checkpoint-hist", "--recipe best"});
}

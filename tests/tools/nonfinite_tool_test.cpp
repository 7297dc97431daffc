// NaN and infinite numbers are refused or said by every tool.
#include "reszoo/infer/model.h"
#include "reszoo/weights/pth.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// A trained model of goods whose weights are changed.
struct SpoiltGoods {
  Goods goods;

  explicit SpoiltGoods(const std::string& target = "price") : goods(target) { goods.trained(); }

  std::string put(double value, int64_t at = 0) const {
    auto model = Model::load(goods.model());
    auto state = state_of(*model.network());
    const torch::NoGradGuard no_grad;
    state.items().back().value().view(-1)[at] = value;  // the bias of the last layer
    model.save(goods.at("spoilt"), std::nullopt, /*allow_non_finite=*/true);
    return goods.at("spoilt");
  }
};

}  // namespace

TEST(NonFiniteTool, WeightsAreRefusedUnlessAllowed) {
  const SpoiltGoods f;
  const auto weights = f.put(std::numeric_limits<double>::quiet_NaN());
  const Words parts{weights + ": has NaN or infinite weights in 1 of its", "--allow-non-finite"};
  const auto data = f.goods.at("data.csv");
  expect_failure(1, {"predict", "--weights", weights, data}, parts);
  expect_failure(1, {"features", "--weights", weights, data, "--out", f.goods.at("f.npy")}, parts);
  expect_failure(1, {"evaluate", "--weights", weights, "--data", data}, parts);
  expect_failure(1, {"bench", "--weights", weights}, parts);
  expect_failure(1, {"convert", weights, f.goods.at("net.pth")}, parts);
  expect_failure(1, {"convert", weights, f.goods.at("net.onnx")}, parts);
  expect_success({"convert", weights, f.goods.at("net.pth"), "--allow-non-finite"});
}

TEST(NonFiniteTool, PredictLeavesOutWhatIsNoNumber) {
  for (const std::string target : {"price", "grade"}) {
    const SpoiltGoods f(target);
    const auto weights = f.put(std::numeric_limits<double>::quiet_NaN());
    const auto result = expect_success(
        {"predict", "--weights", weights, "--allow-non-finite", f.goods.at("data.csv"), "--proba", "--topk", "2"});
    EXPECT_NE(result.err.find("120 of 120 rows have no prediction, the first is row 1: the network's outputs are NaN"),
              std::string::npos)
        << result.err;
    const auto rows = result.out.substr(result.out.find('\n'));
    EXPECT_EQ(rows.find("nan"), std::string::npos) << rows;
    EXPECT_EQ(rows.find("low"), std::string::npos) << rows;
    const auto json =
        expect_success({"predict", "--weights", weights, "--allow-non-finite", f.goods.at("data.csv"), "--json"})
            .json();
    EXPECT_TRUE(json["predictions"][0].is_null());
    EXPECT_EQ(json["unanswered"], 120);
    EXPECT_EQ(json["first_unanswered"], "row 1");
  }
}

TEST(NonFiniteTool, MetricsOfNoAnswersAreNull) {
  const SpoiltGoods f("grade");
  // A large finite weight whose product overflows: the outputs are infinite, the file is not refused.
  const auto weights = f.put(3e38);
  auto model = Model::load(weights);
  const torch::NoGradGuard no_grad;
  auto state = state_of(*model.network());
  state.items()[state.size() - 2].value().fill_(3e38);
  model.save(weights);
  const auto result = expect_success({"evaluate", "--weights", weights, "--data", f.goods.at("data.csv"), "--json"});
  EXPECT_TRUE(result.json()["accuracy"].is_null());
  EXPECT_GT(result.json()["unanswered"], 0);
  EXPECT_NE(result.err.find("so no metric is defined"), std::string::npos) << result.err;
}

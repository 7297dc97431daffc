// Shapley values against shap's, and against all orders of the features.
#include "reszoo/metrics/shapley.h"

#include <algorithm>
#include <numeric>

#include "metrics/metric_fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

using Features = std::vector<std::vector<int64_t>>;

/// The fixture's function: two values of each row of five columns.
Tensor shap_function(const Tensor& x) {
  const auto at = [&](int64_t column) { return x.select(1, column); };
  const auto first = 2 * at(0) + at(0) * at(1) + 3 * at(1) * at(2) * at(3) - (at(4) - at(0) * at(2)).abs();
  return torch::stack({first, (at(0) + at(1) - at(3)).exp() - at(4).square()}, 1);
}

struct ShapFixture {
  nlohmann::json json = read_fixture("shap_values");
  Tensor rows = tensor_of(json["rows"]), background = tensor_of(json["background"]);
  Features features{{0}, {1}, {2}, {3}, {4}};

  ShapleyValues found(int64_t output, const ShapleyOptions& options) const {
    return shapley_values(shap_function, rows, background, features, torch::full({rows.size(0)}, output), options);
  }
  Tensor expected(const char* how, int64_t output) const { return tensor_of(json[how]).select(2, output); }
};

double rms(const Tensor& errors) { return errors.square().mean().sqrt().item<double>(); }

/// Shapley values by their definition: the mean over all orders of the features and all background rows.
Tensor over_all_orders(const RowFunction& function, const Tensor& row, const Tensor& background,
                       const Features& features) {
  std::vector<size_t> order(features.size());
  std::iota(order.begin(), order.end(), 0);
  auto sum = torch::zeros({std::ssize(features)}, torch::kDouble);
  double orders = 0;
  do {
    auto mixed = background.clone();
    auto before = function(mixed).mean();
    for (const auto feature : order) {
      for (const auto column : features[feature]) mixed.select(1, column).fill_(row[column]);
      const auto after = function(mixed).mean();
      sum[static_cast<int64_t>(feature)] += after - before;
      before = after;
    }
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  return sum / orders;
}

}  // namespace

TEST(Shapley, AreShapsWithinTheSamplingErrorOfIts) {
  const ShapFixture f;
  for (const int64_t output : {0, 1}) {
    const auto exact = f.expected("exact", output);
    const auto of_shap = rms(f.expected("permutation", output) - exact);
    // As many calls of the function as shap had, for four pairs of permutations; then many more.
    const auto alike = f.found(output, {.rounds = 4}), often = f.found(output, {.rounds = 100});
    EXPECT_LT(rms(alike.contributions - exact), 2.5 * of_shap);
    EXPECT_LT(rms(often.contributions - exact), 0.7 * of_shap);
    EXPECT_NEAR(alike.base[0].item<double>(), f.json["base"][output], 1e-12);
  }
}

TEST(Shapley, AddUpToTheValueOfEachRow) {
  const ShapFixture f;
  const auto which = torch::tensor({0, 1, 1, 0, 1, 0});
  const auto found = shapley_values(shap_function, f.rows, f.background, f.features, which);
  const auto values = shap_function(f.rows).gather(1, which.unsqueeze(1)).squeeze(1);
  EXPECT_LT((found.base + found.contributions.sum(1) - values).abs().max().item<double>(), 1e-12);
}

TEST(Shapley, InteractionsOfTwoFeaturesAreExact) {
  const ShapFixture f;
  const auto pairs = [](const Tensor& x) {
    return x.select(1, 0) * x.select(1, 1) + (x.select(1, 2) - x.select(1, 4)).abs();
  };
  const auto found = shapley_values(pairs, f.rows, f.background, f.features);
  for (int64_t row = 0; row < f.rows.size(0); ++row)
    EXPECT_TRUE(torch::allclose(found.contributions[row], over_all_orders(pairs, f.rows[row], f.background, f.features),
                                1e-10, 1e-12));
  EXPECT_EQ(found.contributions.select(1, 3).abs().max().item<double>(), 0);  // column 3 is not used
}

TEST(Shapley, AFeatureMayHaveSeveralColumns) {
  const ShapFixture f;
  const Features three{{4, 1}, {0}, {3, 2}};
  const auto first = [](const Tensor& x) { return shap_function(x).select(1, 0); };
  const auto found = shapley_values(first, f.rows, f.background, three, {}, {.rounds = 100});
  for (int64_t row = 0; row < f.rows.size(0); ++row) {
    const auto exact = over_all_orders(first, f.rows[row], f.background, three);
    EXPECT_LT((found.contributions[row] - exact).abs().max().item<double>(), 0.03);
  }
}

TEST(Shapley, OneFeatureGetsTheWholeDifference) {
  const auto rows = torch::tensor({{1.0}, {4.0}}, torch::kDouble),
             background = torch::tensor({{0.0}, {2.0}}, torch::kDouble);
  const auto found = shapley_values([](const Tensor& x) { return 3 * x; }, rows, background, {{0}});
  EXPECT_TRUE(torch::equal(found.contributions, torch::tensor({{0.0}, {9.0}}, torch::kDouble)));
}

TEST(Shapley, DependOnTheSeedNotOnTheBatches) {
  const ShapFixture f;
  const auto all = f.found(0, {.seed = 1}).contributions;
  EXPECT_TRUE(torch::allclose(all, f.found(0, {.seed = 1, .batch_size = 1}).contributions, 1e-12, 1e-12));
  EXPECT_FALSE(torch::allclose(all, f.found(0, {.seed = 2}).contributions));
}

TEST(Shapley, WhatMakesNoSenseIsRefused) {
  const ShapFixture f;
  const auto call = [&](const Features& features, const Tensor& background, const ShapleyOptions& options = {}) {
    shapley_values(shap_function, f.rows, background, features, {}, options);
  };
  expect_error(ErrorKind::input, "each of 5 columns must be in one feature", [&] { call({{0}, {1}}, f.background); });
  expect_error(ErrorKind::input, "each of 5 columns must be in one feature", [&] {
    call({{0, 1, 2, 3, 4}, {1}}, f.background);
  });
  expect_error(ErrorKind::input, "a feature has column 5 of 5", [&] { call({{5}}, f.background); });
  expect_error(ErrorKind::input, "background rows must have the columns",
               [&] { call(f.features, f.background.slice(1, 1)); });
  expect_error(ErrorKind::input, "background rows must have the columns",
               [&] { call(f.features, f.background.slice(0, 0, 0)); });
  expect_error(ErrorKind::usage, "got rounds=0", [&] { call(f.features, f.background, {.rounds = 0}); });
}

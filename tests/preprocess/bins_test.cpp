// Bins of numeric columns against rtdl_num_embeddings.
#include "reszoo/preprocess/bins.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;
using at::Tensor;
using nlohmann::json;

namespace {

/// The fixture's table: uniform numbers, ties, two values, heavy tails; and its targets.
struct Table {
  Tensor x, y, classes;
};

Table table() {
  const auto u = uniform("table", {400, 4});
  const auto x =
      torch::stack({u.select(1, 0), torch::round(u.select(1, 1) * 8) / 8, u.select(1, 2).gt(0.5).to(torch::kFloat),
                    u.select(1, 3) * u.select(1, 3) * u.select(1, 3)},
                   1);
  const auto y = x.select(1, 0) * x.select(1, 0) + x.select(1, 1) * 0.5 + x.select(1, 2) + x.select(1, 3) +
                 uniform("noise", {400}) * 0.25;
  return {x, y, y.gt(0.5).to(torch::kLong) + y.gt(1.0).to(torch::kLong)};
}

}  // namespace

TEST(Bins, AreThoseOfRtdlByQuantilesAndTrees) {
  const auto [x, y, classes] = table();
  for (const auto& record : read_fixture("num_embeddings").at("bins")) {
    SCOPED_TRACE(record.at("count").dump() + record.value("classification", json()).dump());
    const int64_t count = record.at("count");
    if (!record.contains("classification")) {
      EXPECT_EQ(quantile_bins(x, count), record.at("edges").get<Bins>());
      continue;
    }
    const TreeBinsOptions options{.bins = count,
                                  .classification = record.at("classification"),
                                  .min_samples_leaf = record.at("min_samples_leaf"),
                                  .min_impurity_decrease = record.at("min_impurity_decrease")};
    EXPECT_EQ(tree_bins(x, options.classification ? classes : y, options), record.at("edges").get<Bins>());
  }
}

TEST(Bins, OfAColumnOfOneOrTwoValuesAreOneBin) {
  const auto x = torch::tensor({{3.f, 0.f}, {3.f, 1.f}, {3.f, 0.f}, {3.f, 1.f}});
  EXPECT_EQ(quantile_bins(x.repeat({100, 1}), 47), (Bins{{3, 6}, {0, 1}}));
  EXPECT_EQ(tree_bins(x.narrow(1, 0, 1), torch::rand({4})), (Bins{{3, 6}}));
  EXPECT_EQ(tree_bins(x.narrow(1, 1, 1), torch::tensor({0.f, 1.f, 0.f, 1.f})), (Bins{{0, 0.5, 1}}));
  EXPECT_EQ(quantile_bins(torch::full({2, 1}, 1e30f), 4)[0].size(), 2);
}

TEST(Bins, AreNeverNarrowerThanRounding) {
  const auto column = torch::cat({torch::zeros({2}), torch::ones({2})}).unsqueeze(1);  // the quantiles lie between them
  for (int64_t count = 2; count < 100; ++count) {
    const auto edges = quantile_bins(column, count)[0];
    for (size_t i = 1; i < edges.size(); ++i) EXPECT_GT(edges[i] - edges[i - 1], 1e-3) << count;
  }
}

TEST(Bins, RefuseWhatTheyCannotCut) {
  expect_error(ErrorKind::input, "quantile_bins: every number must be finite", [] {
    quantile_bins(torch::full({2, 1}, std::nan("")), 4);
  });
  expect_error(ErrorKind::input, "must be (N, columns) with a row or more, got (0, 2)", [] {
    quantile_bins(torch::empty({0, 2}), 4);
  });
  expect_error(ErrorKind::usage, "count must be 1 or more, got 0", [] { quantile_bins(torch::rand({4, 1}), 0); });
  expect_error(ErrorKind::input, "tree_bins: y must be (4), got (3)", [] {
    tree_bins(torch::rand({4, 1}), torch::rand({3}));
  });
  expect_error(ErrorKind::input, "classes must be 0, 1, …, got -1", [] {
    tree_bins(torch::rand({2, 1}), torch::tensor({-1.f, 0.f}), {.classification = true});
  });
}

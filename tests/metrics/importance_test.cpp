// Permutation importance and partial dependence against scikit-learn, and that they do not change their inputs.
#include "reszoo/metrics/importance.h"

#include <cmath>

#include "metrics/metric_fixture.h"
#include "reszoo/metrics/metrics.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// The fixture's table and formula: 2 size + size age + the colour's number.
struct Formula {
  nlohmann::json json = read_fixture("sklearn_inspection");
  Frame table;

  Formula() {
    const auto& columns = json.at("table");
    for (const auto* name : {"size", "age", "noise"})
      table.columns.push_back(Column::of_numbers(name, columns.at(name).get<std::vector<double>>()));
    table.columns.push_back(Column::of_text("colour", columns.at("colour").get<std::vector<std::string>>()));
    table.columns.push_back(Column::of_numbers("price", json.at("target").get<std::vector<double>>()));
  }

  static Tensor predict(const Frame& rows) {
    const auto& colour = rows.at("colour");
    std::vector<double> number_of;
    for (const auto& word : colour.words) number_of.push_back(word == "red" ? 0.5 : word == "green" ? -1.0 : 2.0);
    const auto size = rows.at("size").numbers;
    return 2 * size + size * rows.at("age").numbers + torch::tensor(number_of, torch::kDouble).index({colour.codes});
  }
  static Metrics error(const Frame& rows) { return {{"rmse", rmse(predict(rows), rows.at("price").numbers)}}; }

  std::vector<ColumnImportance> importance(const ImportanceOptions& options) const {
    return permutation_importance(table, {"size", "age", "colour", "noise"}, error, options);
  }
};

/// Returns the position of grid point `i`: scikit-learn sorts words by name, reszoo puts the most frequent word first.
int64_t place(const PartialDependence& found, const nlohmann::json& point, size_t i) {
  if (found.words.empty()) return static_cast<int64_t>(i);
  return std::find(found.words.begin(), found.words.end(), point.get<std::string>()) - found.words.begin();
}

}  // namespace

TEST(Importance, EqualsScikitLearnForTheSamePermutations) {
  const Formula f;
  const auto& expected = f.json.at("importance");
  ImportanceOptions options;
  for (const auto& order : expected.at("permutations"))
    options.permutations.push_back(tensor_of(order).to(torch::kLong));
  const auto found = f.importance(options);
  ASSERT_EQ(found.size(), 4u);
  for (size_t c = 0; c < 4; ++c) {
    EXPECT_NEAR(found[c].mean, expected["mean"][c], metric_tolerance) << found[c].column;
    EXPECT_NEAR(found[c].deviation, expected["deviation"][c], metric_tolerance) << found[c].column;
    for (size_t r = 0; r < 4; ++r) EXPECT_NEAR(found[c].repeats.at(r), expected["repeats"][c][r], metric_tolerance);
  }
  EXPECT_EQ(found[3].mean, 0);  // noise is not used
}

TEST(Importance, DependsOnTheSeedAlone) {
  const Formula f;
  const auto first = f.importance({.seed = 1}), same = f.importance({.seed = 1}), other = f.importance({.seed = 2});
  EXPECT_EQ(first[0].repeats, same[0].repeats);
  EXPECT_NE(first[0].repeats, other[0].repeats);
  EXPECT_EQ(first[0].repeats.size(), 5u);
}

TEST(Importance, SenseFollowsTheMetric) {
  const Formula f;
  const auto worse = f.importance({});
  const auto better =
      permutation_importance(f.table, {"size"},
                             [](const Frame& rows) {
                               return Metrics{{"other", 0.0}, {"score", -Formula::error(rows).front().second}};
                             },
                             {.monitor = {.name = "score", .greater_is_better = true}});
  EXPECT_GT(worse[0].mean, 0);
  EXPECT_DOUBLE_EQ(better[0].mean, worse[0].mean);
}

TEST(Importance, MeasuresNoMoreRowsThanAskedAndLeavesTheTableAlone) {
  const Formula f;
  const auto before = f.table.at("size").numbers.clone();
  std::vector<int64_t> rows;
  permutation_importance(f.table, {"size", "colour"},
                         [&](const Frame& t) {
                           rows.push_back(t.rows());
                           return Formula::error(t);
                         },
                         {.repeats = 3, .rows = 10});
  EXPECT_EQ(rows, std::vector<int64_t>(1 + 2 * 3, 10));
  EXPECT_TRUE(torch::equal(before, f.table.at("size").numbers));
}

TEST(Importance, ASampleKeepsRowsWhole) {
  const Formula f;
  const auto sample = sample_rows(f.table, 15, 4);
  EXPECT_EQ(sample.rows(), 15);
  const auto error = (Formula::predict(sample) - sample.at("price").numbers).abs();
  EXPECT_LE(error.max().item<double>(), 0.31);  // the fixture's noise; the error would be larger if rows were mixed up
  EXPECT_EQ(sample_rows(f.table, 100, 4).rows(), 40);
}

TEST(Importance, WhatMakesNoSenseIsRefused) {
  const Formula f;
  const auto of = [&](std::vector<std::string> columns, ImportanceOptions options) {
    permutation_importance(f.table, columns, Formula::error, options);
  };
  expect_error(ErrorKind::input, "table: no column \"sise\"; did you mean size?", [&] { of({"sise"}, {}); });
  expect_error(ErrorKind::usage, "needs a repeat, got repeats=0", [&] { of({"size"}, {.repeats = 0}); });
  expect_error(ErrorKind::usage, "must be one of rmse", [&] { of({"size"}, {.monitor = {.name = "mse"}}); });
  expect_error(ErrorKind::usage, "a permutation must be of 40 rows, got 3",
               [&] { of({"size"}, {.permutations = {torch::arange(3)}}); });
}

TEST(Dependence, EqualsScikitLearn) {
  const Formula f;
  for (const auto* name : {"size", "age", "colour"}) {
    const auto& expected = f.json.at("dependence").at(name);
    const auto found = partial_dependence(f.table, name, Formula::predict, {.points = 12});
    ASSERT_EQ(found.mean.sizes(), (std::vector<int64_t>{static_cast<int64_t>(expected["grid"].size()), 1})) << name;
    for (size_t i = 0; i < expected["grid"].size(); ++i) {
      EXPECT_NEAR(found.mean[place(found, expected["grid"][i], i)][0].item<double>(), expected["mean"][i],
                  metric_tolerance)
          << name;
      if (found.words.empty()) EXPECT_NEAR(found.values.at(i), expected["grid"][i], metric_tolerance) << name;
    }
  }
}

TEST(Dependence, OfSingleRowsEqualsScikitLearn) {
  const Formula f;
  for (const auto& [name, expected] : f.json.at("dependence").items()) {
    const auto found = partial_dependence(f.table, name, Formula::predict, {.points = 12, .individual = true});
    EXPECT_EQ(found.individual.size(1), f.table.rows());
    EXPECT_TRUE(torch::equal(found.individual.mean(1), found.mean));
    for (size_t i = 0; i < expected["grid"].size(); ++i)
      EXPECT_NEAR(found.individual[place(found, expected["grid"][i], i)][0][0].item<double>(), expected["first_row"][i],
                  metric_tolerance)
          << name;
  }
}

TEST(Importance, SortsTheLargestFirstAndWhatIsNotANumberLast) {
  const auto sorted = by_importance({{"a", NAN}, {"b", 1}, {"c", INFINITY}, {"d", -1}, {"e", NAN}});
  std::string order;
  for (const auto& column : sorted) order += column.column;
  EXPECT_EQ(order, "cbdae");
}

TEST(Dependence, ExtremeColumnsHaveAFiniteGrid) {
  const double most = std::numeric_limits<double>::max();
  std::vector<double> values{INFINITY, -INFINITY, NAN};
  for (int i = 0; i < 50; ++i) values.push_back((i % 2 == 0 ? 1 : -1) * most / (1 + i));
  const Frame table{{Column::of_numbers("x", values)}};
  const auto predict = [](const Frame& rows) { return torch::sign(rows.at("x").numbers); };
  const auto found = partial_dependence(table, "x", predict, {.points = 12});
  for (const double value : found.values) EXPECT_TRUE(std::isfinite(value)) << value;
  EXPECT_TRUE(std::is_sorted(found.values.begin(), found.values.end()));
  expect_error(ErrorKind::input, "has no value", [&] {
    partial_dependence({{Column::of_numbers("x", {INFINITY, NAN})}}, "x", predict);
  });
}

TEST(Dependence, WordsComeByFrequencyAndAreCapped) {
  const Formula f;
  const auto found = partial_dependence(f.table, "colour", Formula::predict, {.categories = 2});
  ASSERT_EQ(found.words.size(), 2u);
  const auto& colour = f.table.at("colour");
  const auto rows = [&](const std::string& word) {
    const auto code = std::find(colour.words.begin(), colour.words.end(), word) - colour.words.begin();
    return colour.codes.eq(code).sum().item<int64_t>();
  };
  EXPECT_GE(rows(found.words[0]), rows(found.words[1]));
}

TEST(Dependence, MissingValuesStandInNoGridButAreSet) {
  Frame table{{Column::of_numbers("x", {1, std::nan(""), 3, 3})}};
  const auto found = partial_dependence(table, "x", [](const Frame& t) { return t.at("x").numbers; });
  EXPECT_EQ(found.values, (std::vector<double>{1, 3}));
  EXPECT_TRUE(torch::equal(found.mean.squeeze(1), torch::tensor({1.0, 3.0}, torch::kDouble)));
}

TEST(Dependence, AValueOfNearlyAllRowsLeavesTheRange) {
  std::vector<double> values(200, 0.0);
  for (int i = 0; i < 10; ++i) values[static_cast<size_t>(i)] = i;
  const auto found = partial_dependence({{Column::of_numbers("x", values)}}, "x",
                                        [](const Frame& t) { return t.at("x").numbers; }, {.points = 4, .rows = 200});
  EXPECT_EQ(found.values, (std::vector<double>{0, 3, 6, 9}));
}

TEST(Dependence, SeveralFiguresARowStandSideBySide) {
  const Formula f;
  const auto found = partial_dependence(f.table, "size", [](const Frame& rows) {
    const auto one = Formula::predict(rows);
    return torch::stack({one, -one}, 1);
  });
  EXPECT_EQ(found.mean.size(1), 2);
  EXPECT_TRUE(torch::allclose(found.mean.select(1, 0), -found.mean.select(1, 1)));
}

TEST(Dependence, WhatMakesNoSenseIsRefused) {
  const Formula f;
  Frame empty{{Column::of_numbers("x", {std::nan("")})}};
  expect_error(ErrorKind::input, "column \"x\": has no value to set",
               [&] { partial_dependence(empty, "x", Formula::predict); });
  expect_error(ErrorKind::usage, "needs 2 points and a category, got points=1, categories=12",
               [&] { partial_dependence(f.table, "size", Formula::predict, {.points = 1}); });
}

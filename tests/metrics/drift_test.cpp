// How later rows differ from the training rows.
#include "reszoo/metrics/drift.h"

#include <torch/types.h>

#include <cmath>

#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;
using Json = nlohmann::json;

namespace {

Column column_of(const Json& cells) {
  if (std::any_of(cells.begin(), cells.end(), [](const Json& cell) { return cell.is_string(); }))
    return Column::of_text("c", cells.get<std::vector<std::string>>());
  std::vector<double> numbers;
  for (const auto& cell : cells) numbers.push_back(cell.is_null() ? std::nan("") : cell.get<double>());
  return Column::of_numbers("c", numbers);
}

TablePreprocess fitted_on(const Column& column) {
  std::vector<double> target;
  for (int64_t i = 0; i < column.size(); ++i) target.push_back(static_cast<double>(i * 37 % 100));
  return TablePreprocess::fit({{column, Column::of_numbers("y", target)}}, "y");
}

Column spread(const std::string& name, int rows, double shift = 0) {
  std::vector<double> values;
  for (int i = 0; i < rows; ++i) values.push_back(std::fmod(i * 0.618034, 1.0) + shift);
  return Column::of_numbers(name, values);
}

}  // namespace

TEST(Drift, IsTheIndexOfNumPy) {
  for (const auto& given : test::read_fixture("numpy_drift")["columns"]) {
    SCOPED_TRACE(given["column"].get<std::string>());
    const auto fitted = fitted_on(column_of(given["rows"]));
    const auto stored = TablePreprocess::from(fitted.to_json(), fitted.tensors());
    const auto& summary = stored.summaries().front();
    if (given.contains("edges")) {
      EXPECT_EQ(summary.counts, given["counts"].get<std::vector<int64_t>>());
      ASSERT_EQ(summary.edges.size(), given["edges"].size());
      for (size_t i = 0; i < summary.edges.size(); ++i)
        EXPECT_NEAR(summary.edges[i], given["edges"][i].get<double>(), 1e-12);
    }
    const Frame later{{column_of(given["later"])}};
    DriftCounts parts(stored);  // of a table in two parts
    parts.add(take_rows(later, torch::arange(50)));
    parts.add(take_rows(later, torch::arange(50, later.rows())));
    for (const auto& found : {drift(stored, later), parts.columns()}) {
      ASSERT_EQ(found.size(), 1u);
      EXPECT_NEAR(found[0].psi, given["psi"].get<double>(), 1e-12);
      EXPECT_NEAR(found[0].chance, given["chance"].get<double>(), 0.01 * found[0].chance);
      EXPECT_NEAR(found[0].missing_before, given["missing"][0].get<double>(), 1e-12);
      EXPECT_NEAR(found[0].missing, given["missing"][1].get<double>(), 1e-12);
      EXPECT_NEAR(found[0].unseen, given["unseen"].get<double>(), 1e-12);
    }
  }
}

TEST(Drift, TheTrainingRowsThemselvesHaveNone) {
  const Column words = Column::of_text("c", {"a", "b", "a", "", "c", "a", "b", "a", "b", "a"});
  EXPECT_EQ(drift(fitted_on(words), {{words}})[0].psi, 0);
  auto numbers = spread("c", 300);
  numbers.numbers[7] = std::nan("");
  numbers.numbers[8] = INFINITY;  // counts as missing
  EXPECT_EQ(drift(fitted_on(numbers), {{numbers}})[0].psi, 0);
}

TEST(Drift, AFewRowsSayNothing) {
  const auto fitted = fitted_on(spread("c", 1000));
  for (const int rows : {1, 2, 5, 20}) {
    const auto found = drift(fitted, {{spread("c", rows)}});
    EXPECT_EQ(found[0].level(), DriftLevel::none) << rows << ": " << found[0].psi;
  }
  EXPECT_EQ(drift(fitted, {{spread("c", 100, 0.5)}})[0].level(), DriftLevel::much);
  EXPECT_TRUE(drift(fitted, {{Column::of_numbers("c", {})}}).empty());
}

TEST(Drift, RareWordsAreNoNewOnes) {
  std::vector<std::string> words;
  for (int i = 0; i < 4000; ++i) words.push_back(i % 100 == 0 ? fmt::format("rare{}", i) : i % 3 == 0 ? "a" : "b");
  const auto column = Column::of_text("c", words);
  const auto found = drift(fitted_on(column), {{column}});
  EXPECT_NEAR(found[0].psi, 0, 1e-12);
  EXPECT_NEAR(found[0].unseen, 0.01, 1e-12);
}

TEST(Drift, IsToldInOneLineAndAsJson) {
  const auto words = [](const std::string& third) {
    std::vector<std::string> cells;
    for (int i = 0; i < 400; ++i) cells.push_back(i % 10 < 4 ? "red" : i % 10 < 8 ? "blue" : third);
    return Column::of_text("colour", cells);
  };
  auto gaps = spread("size", 400);
  for (int i = 0; i < 400; i += 4) gaps.numbers[i] = std::nan("");
  const Frame train{{spread("size", 400), words("green"), spread("same", 400), spread("y", 400)}};
  const auto fitted = TablePreprocess::fit(train, "y");
  const auto found = drift(fitted, {{gaps, words("violet"), spread("same", 400)}});
  EXPECT_EQ(drift_line(found),
            "drift from the training rows: much in column \"colour\" (PSI 2.02; 20.0 % unseen words), "
            "column \"size\" (PSI 1.39; missing 25.0 %, in training 0.0 %)");
  const auto json = to_json(found);
  EXPECT_EQ(json["size"]["level"], "much");
  EXPECT_EQ(json["size"]["missing"], 0.25);
  EXPECT_FALSE(json["size"].contains("unseen"));
  EXPECT_EQ(json["colour"]["unseen"], 0.2);
  EXPECT_EQ(json["same"]["level"], "none");
  EXPECT_EQ(drift_line(drift(fitted, train)), "");
}

TEST(Drift, AModelFileWithoutDistributionsHasNone) {
  const auto fitted = fitted_on(spread("c", 100));
  auto json = fitted.to_json();
  for (auto& summary : json["summary"]) {
    summary.erase("edges");
    summary.erase("counts");
  }
  const auto old = TablePreprocess::from(json, fitted.tensors());
  DriftCounts counts(old);
  counts.add({{spread("c", 50)}});
  EXPECT_FALSE(counts.is_known());
  EXPECT_TRUE(counts.columns().empty());
  EXPECT_TRUE(DriftCounts(fitted).is_known());
}

TEST(Drift, CountsOfAFileMustFitItsBins) {
  const auto fitted = fitted_on(spread("c", 100));
  const auto tensors = fitted.tensors();
  const auto with = [&](const char* field, const Json& value) {
    auto json = fitted.to_json();
    json["summary"][0][field] = value;
    return json;
  };
  for (const auto& json :
       {with("counts", {1, 2}), with("counts", Json::array()), with("edges", {1, 1}), with("edges", {2, 1}),
        with("missing", 1.0), with("counts", {-1, 2, 3, 4, 5, 6, 7, 8, 9, 10})})
    expect_error_parts(ErrorKind::file, {"counts of \"c\""}, [&] { TablePreprocess::from(json, tensors); });
}

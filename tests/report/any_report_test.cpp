// The report page of any numbers and texts: bounded, and without a coordinate that is not a number.
#include <torch/types.h>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/text.h"
#include "reszoo/report/report.h"
#include "support/any_values.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

Tensor tensor_of_any(AnyValues& any, int64_t rows) { return torch::tensor(any.numbers(rows), torch::kDouble); }

std::vector<std::string> texts(AnyValues& any, int64_t count) {
  std::vector<std::string> all;
  for (int64_t i = 0; i < count; ++i) all.push_back(any.text());
  return all;
}

RegressionPart any_regression(AnyValues& any) {
  const auto rows = 1 + any.below(60);
  RegressionPart part{.target = any.text(), .rows = any.text(), .truth = tensor_of_any(any, rows), .prediction = {}};
  part.prediction = any.below(2) == 0 ? tensor_of_any(any, rows) : part.truth * (1 + 1e-16);
  if (any.below(2) == 0) {
    part.quantiles = {0.1, 0.9};
    part.quantile_predictions = torch::stack({tensor_of_any(any, rows), tensor_of_any(any, rows)}, 1);
  }
  return part;
}

/// Probabilities that sum to 1, some of them NaN.
ClassPart any_classes(AnyValues& any) {
  const auto rows = 1 + any.below(60), classes = 2 + any.below(any.below(5) == 0 ? 200 : 3);
  ClassPart part{
      .target = any.text(), .rows = any.text(), .classes = texts(any, classes), .truth = {}, .probability = {}};
  std::vector<int64_t> truth;
  for (int64_t i = 0; i < rows; ++i) truth.push_back(any.below(classes));
  part.truth = torch::tensor(truth);
  part.probability = torch::softmax(tensor_of_any(any, rows * classes).view({rows, classes}), 1);
  if (any.below(2) == 0) part.probability = part.probability.nan_to_num(0);
  return part;
}

ColumnImportance any_importance(AnyValues& any) { return {any.text(), any.number(), std::abs(any.number()), {1, 2}}; }

PartialDependence any_dependence(AnyValues& any) {
  const auto points = 1 + any.below(12);
  PartialDependence along{.column = any.text(), .dates = any.below(3) == 0};
  if (any.below(2) == 0) along.values = any.numbers(points);
  else along.words = texts(any, points);
  along.mean = torch::stack({tensor_of_any(any, points), tensor_of_any(any, points)}, 1);
  along.deciles = any.numbers(9);
  return along;
}

Column any_column(AnyValues& any) {
  const auto rows = 1 + any.below(40);
  if (any.below(2) == 0) return Column::of_text(any.text(), texts(any, rows));
  auto column = Column::of_numbers(any.text(), any.numbers(rows));
  column.date = any.below(3) == 0;
  return column;
}

EpochRecord any_epoch(AnyValues& any, int64_t epoch) {
  return {.epoch = epoch,
          .loss = any.number(),
          .lr = any.number(),
          .metrics = {{"rmse", any.number()}, {"r2", any.number()}},
          .best = any.below(3) == 0};
}

ReportData any_report(AnyValues& any) {
  ReportData data{
      .title = any.text(), .lead = any.text(), .command = any.text(), .settings = {{any.text(), any.text()}}};
  data.results = {{any.text(), {{any.text(), any.number()}, {any.text(), any.number()}}}};
  const auto epochs = any.below(8);
  for (int64_t i = 0; i < epochs; ++i) data.history.push_back(any_epoch(any, i + 1));
  if (any.below(2) == 0) data.regression = {any_regression(any)};
  else data.classes = {any_classes(any)};
  data.importance_metric = any.text();
  for (auto i = any.below(6); i > 0; --i) data.importance.push_back(any_importance(any));
  for (auto i = any.below(3); i > 0; --i) data.dependence.push_back(any_dependence(any));
  data.dependence_outputs = texts(any, 2);
  data.parts = {{any.text(), any.below(1000)}};
  for (auto i = any.below(6); i > 0; --i) data.columns.push_back(profile_of(any_column(any)));
  data.notes = texts(any, 2);
  data.tables = {{any.text(), any.text(), texts(any, 3), {texts(any, 3), texts(any, 5)}, any.below(3)}};
  return data;
}

void expect_bounded_pages(int64_t count) {
  const TempDir folder;
  for (int64_t seed = 0; seed < count && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    AnyValues any(static_cast<uint64_t>(seed));
    write_report(folder / "report.html", any_report(any));
    const auto html = read_file(folder / "report.html");
    EXPECT_LT(html.size(), size_t{1} << 20);
    EXPECT_TRUE(is_utf8(html));
    for (const auto* wrong : {"nan", "inf\"", "inf ", "\"inf", "<script", "\"&\""})
      EXPECT_EQ(html.find(wrong), std::string::npos) << html.substr(html.find(wrong) - 60, 120);
  }
}

}  // namespace

TEST(AnyReport, IsBoundedAndReadable) { expect_bounded_pages(40); }
TEST(FullAnyReport, IsBoundedAndReadable) { expect_bounded_pages(5000); }

TEST(AnyReport, ManyNamesOfAnyLengthStayBounded) {
  const std::string longest(10'000, 'x');
  const std::vector<std::string> header(400, longest);
  ReportData data{.title = longest, .lead = longest, .command = longest + longest, .items = longest};
  for (int i = 0; i < 400; ++i) data.settings.emplace_back(longest, longest);
  Metrics metrics;
  for (int i = 0; i < 400; ++i) metrics.emplace_back(longest + std::to_string(i), i);
  data.results = {{longest, metrics}};
  data.history = {{.epoch = 1, .loss = 1, .metrics = metrics}};
  data.parts = {{longest, 3}};
  data.tables = {{longest, longest, header, {header, header}}};
  data.importance_metric = longest;
  data.importance = {{longest, 1, 0, {1}}};
  data.dependence = {{.column = longest, .words = {longest, longest}, .mean = torch::rand({2, 1}, torch::kDouble)}};
  data.dependence_outputs = {longest};
  const TempDir folder;
  write_report(folder / "report.html", data);
  EXPECT_LT(std::filesystem::file_size(folder / "report.html"), 3u << 20);
}

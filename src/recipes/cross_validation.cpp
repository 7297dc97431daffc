#include "reszoo/recipes/cross_validation.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/data/split.h"
#include "reszoo/recipes/task_metrics.h"

namespace reszoo {
namespace {

constexpr double kFoldValidation = 0.1;

/// Splits the training rows of a fold into training and validation rows.
Split parts_of_fold(const Fold& fold, const SplitRule& rule, uint64_t seed) {
  const auto inner = split_rows(fold.train.size(0), kFoldValidation, 0, rule.at(fold.train), seed);
  return {fold.train.index_select(0, inner.train), fold.train.index_select(0, inner.validation), fold.held_out};
}

/// Mean and sample standard deviation of one metric over the folds.
struct Spread {
  double mean = 0, deviation = 0;
};

Spread spread_of(const std::vector<Metrics>& folds, size_t metric) {
  Spread spread;
  const auto count = static_cast<double>(folds.size());
  for (const auto& fold : folds) spread.mean += fold[metric].second / count;
  for (const auto& fold : folds) spread.deviation += std::pow(fold[metric].second - spread.mean, 2) / (count - 1);
  spread.deviation = std::sqrt(spread.deviation);
  return spread;
}

}  // namespace

std::vector<Metrics> cross_validate(const TrainingTable& table, const TableDataOptions& data,
                                    const TrainingRecipe& recipe, int64_t count, const FitOptions& options) {
  auto how = options;
  how.networks = 1;
  how.keep = 0;
  auto part = data;  // separate files do not belong to a fold
  part.split.validation_path.clear();
  part.split.test_path.clear();
  std::vector<Metrics> scores;
  for (const auto& fold : folds(table.frame.rows(), count, table.rule, recipe.trainer.seed)) {
    const auto number = scores.size() + 1;
    if (options.on_note) options.on_note(fmt::format("fold {} of {}", number, count));
    const auto rows = make_table_data(table, parts_of_fold(fold, table.rule, recipe.trainer.seed), part);
    auto one = recipe;
    if (!one.trainer.out.empty()) one.trainer.out /= fmt::format("fold-{}", number);
    auto fitted = fit(rows, one, how);
    scores.push_back(evaluate(fitted.model, *rows.test, fitted.evaluation));
  }
  return scores;
}

nlohmann::ordered_json summary_of(const std::vector<Metrics>& folds) {
  auto summary = nlohmann::ordered_json::object();
  for (size_t m = 0; m < folds.front().size(); ++m) {
    const auto spread = spread_of(folds, m);
    auto each = nlohmann::ordered_json::array();
    for (const auto& fold : folds) each.push_back(fold[m].second);
    summary[folds.front()[m].first] = {{"mean", spread.mean}, {"std", spread.deviation}, {"each", each}};
  }
  return summary;
}

ReportTable report_table(const std::vector<Metrics>& folds) {
  const auto count = static_cast<int64_t>(folds.size());
  ReportTable table{.title = "Cross-validation",
                    .introduction = fmt::format("{} trainings, each measured on rows that it did not see.", count),
                    .header = {"fold"},
                    .rows = {},
                    .marked = count};
  std::vector<std::string> means{"mean"};
  for (size_t m = 0; m < folds.front().size(); ++m) {
    table.header.push_back(folds.front()[m].first);
    means.push_back(fmt::format("{:.5g}", spread_of(folds, m).mean));
  }
  for (int64_t i = 0; i < count; ++i) {
    std::vector<std::string> row{std::to_string(i + 1)};
    for (const auto& [name, value] : folds[static_cast<size_t>(i)]) row.push_back(fmt::format("{:.5g}", value));
    table.rows.push_back(row);
  }
  table.rows.push_back(means);
  return table;
}

}  // namespace reszoo

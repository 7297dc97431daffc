#include "folds.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "measure.h"
#include "reszoo/base/error.h"
#include "reszoo/data/split.h"

namespace reszoo::cli {
namespace {

constexpr double kValidation = 0.1;

/// The rule for some of the rows alone.
SplitRule rule_for(const SplitRule& rule, const Tensor& rows) {
  if (rule.kind() == SplitRule::Kind::random) return rule;
  const Column column{rule.name(), Column::Kind::number, rule.keys().index_select(0, rows), {}, {}};
  if (rule.kind() == SplitRule::Kind::stratified) return SplitRule::stratified(column);
  return rule.kind() == SplitRule::Kind::group ? SplitRule::group(column) : SplitRule::time(column);
}

/// The fold's rows, some of those to train on set aside to validate.
Split parts_of(const Fold& fold, const SplitRule& rule, uint64_t seed) {
  const auto inner = split_rows(fold.train.size(0), kValidation, 0, rule_for(rule, fold.train), seed);
  return {fold.train.index_select(0, inner.train), fold.train.index_select(0, inner.validation), fold.held_out};
}

/// Mean and sample deviation of one metric over the folds.
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

std::vector<Metrics> cross_validate(const DataOptions& data, const Training& training, const Plan& plan, int64_t count,
                                    bool class_weights) {
  if (!training.dataset.model.table) fail(ErrorKind::usage, "--folds: is for tables");
  const auto table = read_training_table(data);
  std::vector<Metrics> scores;
  for (const auto& fold : folds(table.frame.rows(), count, table.rule, plan.trainer.seed)) {
    const auto number = scores.size() + 1;
    training.progress.say(fmt::format("fold {} of {}", number, count));
    auto dataset = make_dataset(data, table, parts_of(fold, table.rule, plan.trainer.seed));
    if (class_weights) dataset.train = balanced(*dataset.train, *dataset.model.target);
    auto one = plan;
    if (!one.trainer.out.empty()) one.trainer.out /= fmt::format("fold-{}", number);
    auto trained = train_networks({dataset, training.evaluation, training.begin, training.progress}, one, 1);
    scores.push_back(measure(*trained.model.target, outputs_of(trained.model, *dataset.test)));
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

ReportTable table_of(const std::vector<Metrics>& folds) {
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

}  // namespace reszoo::cli

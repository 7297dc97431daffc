#include "reszoo/recipes/explain.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/report/report.h"

namespace reszoo {
namespace {

constexpr int64_t kMostColumns = 500;   // that a report explains
constexpr int64_t kLeastExplained = 5;  // that it explains

/// Returns the names of what is predicted for a row.
std::vector<std::string> output_names(const Target& target) {
  return target.classes().empty() ? target.names() : target.classes();
}

/// Returns why the model cannot be explained; "" if it can.
std::string refusal(const Model& model, const ExplainOptions& options) {
  if (!model.table) return fmt::format("{} does not read a table with named columns", model.name);
  if (!model.target) return fmt::format("{} does not know what its outputs mean", model.name);
  const auto& target = *model.target;
  const auto names = output_names(target);
  if (target.task() == Task::quantile && target.quantiles().front() > 0.5)
    return "the quantiles are all above the median, which is what would be explained";
  if (target.task() == Task::quantile && target.quantiles().back() < 0.5)
    return "the quantiles are all below the median, which is what would be explained";
  if (!options.output.empty() && std::find(names.begin(), names.end(), options.output) == names.end())
    return fmt::format("no \"{}\" is predicted, there are {}", options.output, list(names));
  if (options.output.empty() && target.names().size() > 1)
    return fmt::format("explain_output= must name one of {}", list(names));
  if (!options.background.defined() && !model.background.defined())
    return "the model file holds no rows to compare with; background= takes them from a table";
  return "";
}

/// Returns the values that are explained. Shape: (N) or (N, outputs) float64.
Tensor explained_values(Model& model, const Tensor& input) {
  const auto& target = *model.target;
  const auto outputs = model.outputs(input);
  if (!target.is_number()) return target.probabilities(outputs).to(at::kDouble);
  const auto decoded = target.decode(outputs);
  return target.task() == Task::quantile ? target.median_of(decoded) : decoded;
}

/// Returns which output is explained for each row.
Tensor explained_outputs(Model& model, const Tensor& input, const std::string& name) {
  const auto& target = *model.target;
  const auto names = output_names(target);
  const auto all = [&](int64_t output) { return at::full({input.size(0)}, output, at::kLong); };
  if (!name.empty()) return all(std::find(names.begin(), names.end(), name) - names.begin());
  if (target.task() == Task::binary) return all(1);
  return target.classes().empty() ? all(0) : target.decode(model.outputs(input)).to(at::kLong);
}

Column contribution_column(std::string name, const Tensor& values) {
  return {.name = std::move(name), .numbers = values.contiguous()};
}

}  // namespace

Explanation explain(Model& model, const Tensor& input, const ExplainOptions& options) {
  if (const auto why = refusal(model, options); !why.empty()) fail(ErrorKind::usage, "explain: {}", why);
  Explanation explanation{.columns = model.table->inputs(), .outputs = output_names(*model.target)};
  explanation.output = explained_outputs(model, input, options.output);
  const auto& background = options.background.defined() ? options.background : model.background;
  explanation.values = shapley_values([&](const Tensor& rows) { return explained_values(model, rows); }, input,
                                      background, model.table->outputs_of_inputs(), explanation.output,
                                      {.rounds = options.rounds, .seed = options.seed});
  return explanation;
}

Frame explanation_table(const Explanation& explanation) {
  const auto& [base, contributions] = explanation.values;
  Frame frame;
  if (explanation.outputs.size() > 1)
    frame.columns.push_back({"explained", Column::Kind::text, {}, explanation.output, explanation.outputs});
  frame.columns.push_back(contribution_column("base_value", base));
  for (size_t i = 0; i < explanation.columns.size(); ++i)
    frame.columns.push_back(contribution_column("contribution_" + explanation.columns[i],
                                                contributions.select(1, static_cast<int64_t>(i))));
  return frame;
}

std::vector<MeanContribution> mean_contributions(const Explanation& explanation) {
  const auto mean = explanation.values.contributions.abs().nanmean(0);
  std::vector<MeanContribution> columns;
  for (size_t i = 0; i < explanation.columns.size(); ++i)
    columns.push_back({explanation.columns[i], mean[static_cast<int64_t>(i)].item<double>()});
  std::stable_sort(columns.begin(), columns.end(), [](const auto& a, const auto& b) { return a.mean > b.mean; });
  return columns;
}

void add_contributions(ReportData& report, Model& model, const Frame& table, uint64_t seed, int64_t predictions) {
  const ExplainOptions plain{.seed = seed};
  if (!refusal(model, plain).empty()) return;
  const auto columns = std::ssize(model.table->inputs());
  if (columns > kMostColumns) return;
  const auto background = std::min(model.background.size(0), std::clamp<int64_t>(2000 / columns, 2, 20));
  const auto usual = std::clamp<int64_t>(20000 / (columns * background), 10, 100);
  const auto rows = std::min(usual, predictions / (2 * columns * background));
  if (rows < std::min<int64_t>(kLeastExplained, usual)) return;
  auto options = plain;
  options.background = model.background.slice(0, 0, background);
  const auto explanation = explain(model, model.input(sample_rows(table, rows, seed)), options);
  for (const auto& [column, mean] : mean_contributions(explanation)) report.contributions.emplace_back(column, mean);
  report.contribution_unit = model.target->is_number() ? model.target->name() : "probability";
}

}  // namespace reszoo

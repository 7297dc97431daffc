#include "reszoo/recipes/task_metrics.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/infer/unanswered.h"
#include "reszoo/metrics/metrics.h"

namespace reszoo {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();  // a metric that is not defined

/// With fewer classes, the right one is among five guesses too easily.
constexpr int64_t kClassesForTop5 = 10;

Metrics number_metrics(const Target& target, const Tensor& prediction, const Tensor& truth) {
  if (target.task() != Task::quantile)
    return {{"rmse", rmse(prediction, truth)}, {"mae", mae(prediction, truth)}, {"r2", r2(prediction, truth)}};
  const auto& quantiles = target.quantiles();
  const auto count = std::ssize(quantiles);
  const auto each = prediction.reshape({-1, count});
  double loss = 0;
  for (int64_t q = 0; q < count; ++q)
    loss += pinball(each.select(1, q), truth, quantiles[static_cast<size_t>(q)]) / static_cast<double>(count);
  const auto median = target.median_of(each);
  if (!median.defined()) return {{"pinball", loss}};
  return {{"pinball", loss}, {"rmse", rmse(median, truth)}, {"mae", mae(median, truth)}, {"r2", r2(median, truth)}};
}

Metrics label_metrics(const Tensor& prediction, const Tensor& probability, const Tensor& truth) {
  return {{"accuracy", subset_accuracy(prediction, truth)},
          {"hamming", hamming_loss(prediction, truth)},
          {"log_loss", mean_over_targets(log_loss, probability, truth)},
          {"roc_auc", mean_over_targets(roc_auc, probability, truth)},
          {"pr_auc", mean_over_targets(pr_auc, probability, truth)},
          {"f1_macro", mean_over_targets(f1, prediction, truth)},
          {"brier", mean_over_targets(brier, probability, truth)}};
}

Metrics class_metrics(Task task, const Tensor& prediction, const Tensor& probability, const Tensor& truth) {
  Metrics metrics{{"accuracy", accuracy(prediction, truth)},
                  {"balanced_accuracy", balanced_accuracy(prediction, truth)},
                  {"log_loss", log_loss(probability, truth)},
                  {"roc_auc", roc_auc(probability, truth)}};
  if (task == Task::multiclass && probability.size(1) >= kClassesForTop5)
    metrics.insert(metrics.begin() + 1, {"top5_accuracy", top_k_accuracy(probability, truth, 5)});
  if (task == Task::binary) {
    metrics.insert(metrics.end(), {{"pr_auc", pr_auc(probability, truth)}, {"f1", f1(prediction, truth)}});
  } else {
    metrics.emplace_back("f1_macro", f1_macro(prediction, truth));
  }
  metrics.insert(metrics.end(), {{"brier", brier(probability, truth)}, {"ece", calibration_error(probability, truth)}});
  if (task == Task::ordinal)
    metrics.insert(metrics.end(),
                   {{"mae", mae(prediction, truth)}, {"quadratic_kappa", quadratic_kappa(prediction, truth)}});
  return metrics;
}

bool is_greater_better(const std::string& metric, const std::vector<NamedMetric>& more) {
  for (const auto& own : more)
    if (own.name == metric) return own.greater_is_better;
  constexpr std::string_view smaller[] = {"rmse", "mae", "log_loss", "brier", "ece", "pinball", "hamming"};
  return std::find(std::begin(smaller), std::end(smaller), metric) == std::end(smaller);
}

/// Whether thresholds or temperatures were chosen after fitting.
bool was_changed(const Target& target) {
  const auto differ = [](const std::vector<double>& values, double from) {
    return std::any_of(values.begin(), values.end(), [=](double value) { return value != from; });
  };
  return differ(target.thresholds(), 0.5) || differ(target.temperatures(), 1);
}

Metrics metrics_of_answers(const Target& target, const Tensor& outputs, const Tensor& targets) {
  const auto prediction = target.decode(outputs), truth = target.truth(targets);
  if (target.is_number()) return number_metrics(target, prediction, truth);
  const auto probability = target.probabilities(outputs.to(at::kDouble));
  if (target.task() == Task::multilabel) return label_metrics(prediction, probability, truth);
  return class_metrics(target.task(), prediction, probability, truth);
}

}  // namespace

Metrics compute_metrics(const Target& target, const Tensor& outputs, const Tensor& targets) {
  const bool any_unanswered = unanswered_rows(outputs, target).any().item<bool>();
  auto metrics = metrics_of_answers(target, any_unanswered ? outputs.nan_to_num(0, 0, 0) : outputs, targets);
  if (any_unanswered)
    for (auto& [name, value] : metrics) value = kNone;
  return metrics;
}

std::string default_monitor(const Target& target, Domain domain) {
  const bool one_sided =
      target.task() == Task::quantile && (target.quantiles().front() > 0.5 || target.quantiles().back() < 0.5);
  if (one_sided) return "pinball";
  if (target.is_number()) return "rmse";
  return domain == Domain::image && target.task() != Task::multilabel ? "accuracy" : "log_loss";
}

namespace {

/// Returns the function of a metric that is often monitored; empty for others.
std::function<double(const Tensor&, const Tensor&)> single_metric(const Target& target, const std::string& name) {
  const bool values = target.task() == Task::regression || target.task() == Task::count;
  if (name == "rmse" && values)
    return [target](const Tensor& outputs, const Tensor& targets) {
      return rmse(target.decode(outputs), target.truth(targets));
    };
  if (name == "log_loss" && !target.is_number() && target.task() != Task::multilabel)
    return [target](const Tensor& outputs, const Tensor& targets) {
      return log_loss(target.probabilities(outputs.to(at::kDouble)), target.truth(targets));
    };
  return {};
}

}  // namespace

Evaluation evaluation_of(const Target& target, const std::string& monitor, std::vector<NamedMetric> more) {
  auto name = monitor;
  if (name.empty()) name = more.empty() ? default_monitor(target, Domain::tabular) : more.front().name;
  const bool greater = is_greater_better(name, more);
  const bool own = std::any_of(more.begin(), more.end(), [&](const NamedMetric& one) { return one.name == name; });
  auto value = own ? nullptr : single_metric(target, name);
  const auto compute = [target, more = std::move(more)](const Tensor& outputs, const Tensor& targets) {
    auto metrics = compute_metrics(target, outputs, targets);
    for (const auto& metric : more) {
      const bool is_defined = !unanswered_rows(outputs, target).any().item<bool>();
      metrics.emplace_back(metric.name,
                           is_defined ? metric.compute(target.decode(outputs), target.truth(targets)) : kNone);
    }
    return metrics;
  };
  return {.metrics = compute, .monitor = {.name = name, .greater_is_better = greater}, .value = std::move(value)};
}

Predictions predict_rows(Model& model, const Dataset& rows, ProcessGroup* group) {
  const int64_t batch_size = rows.input_shape().size() == 3 ? 64 : 1024;
  const auto forward = [&](const Tensor& inputs) { return model.outputs(inputs).to(at::kDouble); };
  return predict(rows, batch_size, forward, group);
}

Metrics evaluate(Model& model, const Dataset& rows) {
  if (!model.target) fail(ErrorKind::usage, "{}: does not know what its outputs mean; give an Evaluation", model.name);
  return evaluate(model, rows, evaluation_of(*model.target));
}

Metrics evaluate(Model& model, const Dataset& rows, const Evaluation& evaluation) {
  const auto predictions = predict_rows(model, rows);
  return evaluate(model, predictions.outputs, predictions.targets, evaluation);
}

Metrics evaluate(const Model& model, const Tensor& outputs, const Tensor& targets, const Evaluation& evaluation) {
  auto metrics = evaluation.metrics(outputs, targets);
  if (!model.target || !was_changed(*model.target)) return metrics;
  const auto now = compute_metrics(*model.target, outputs, targets);
  for (auto& [name, value] : metrics)
    for (const auto& [other, new_value] : now)
      if (name == other) value = new_value;
  return metrics;
}

nlohmann::ordered_json metrics_json(const Metrics& metrics) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : metrics) json[name] = std::isfinite(value) ? nlohmann::ordered_json(value) : nullptr;
  return json;
}

}  // namespace reszoo

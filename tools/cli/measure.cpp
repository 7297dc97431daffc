#include "measure.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "reszoo/train/predict.h"
#include "reszoo/base/error.h"
#include "reszoo/train/loss.h"

namespace reszoo::cli {

namespace {

Metrics measure_numbers(const Target& target, const Tensor& given, const Tensor& truth) {
  if (target.task() != Task::quantile)
    return {{"rmse", rmse(given, truth)}, {"mae", mae(given, truth)}, {"r2", r2(given, truth)}};
  const auto& quantiles = target.quantiles();
  const auto count = std::ssize(quantiles);
  const auto each = given.reshape({-1, count});
  double loss = 0;
  for (int64_t q = 0; q < count; ++q)
    loss += pinball(each.select(1, q), truth, quantiles[static_cast<size_t>(q)]) / static_cast<double>(count);
  const auto middle = each.select(1, count / 2);
  return {{"pinball", loss}, {"rmse", rmse(middle, truth)}, {"mae", mae(middle, truth)}, {"r2", r2(middle, truth)}};
}

Metrics measure_labels(const Tensor& guess, const Tensor& probability, const Tensor& truth) {
  return {{"accuracy", subset_accuracy(guess, truth)},
          {"hamming", hamming_loss(guess, truth)},
          {"log_loss", mean_over_targets(log_loss, probability, truth)},
          {"roc_auc", mean_over_targets(roc_auc, probability, truth)},
          {"pr_auc", mean_over_targets(pr_auc, probability, truth)},
          {"f1_macro", mean_over_targets(f1, guess, truth)},
          {"brier", mean_over_targets(brier, probability, truth)}};
}

Metrics measure_classes(Task task, const Tensor& guess, const Tensor& probability, const Tensor& truth) {
  Metrics metrics{{"accuracy", accuracy(guess, truth)},
                  {"balanced_accuracy", balanced_accuracy(guess, truth)},
                  {"log_loss", log_loss(probability, truth)},
                  {"roc_auc", roc_auc(probability, truth)}};
  if (task == Task::binary) {
    metrics.insert(metrics.end(), {{"pr_auc", pr_auc(probability, truth)}, {"f1", f1(guess, truth)}});
  } else {
    metrics.emplace_back("f1_macro", f1_macro(guess, truth));
  }
  metrics.insert(metrics.end(), {{"brier", brier(probability, truth)}, {"ece", calibration_error(probability, truth)}});
  if (task == Task::ordinal)
    metrics.insert(metrics.end(), {{"mae", mae(guess, truth)}, {"quadratic_kappa", quadratic_kappa(guess, truth)}});
  return metrics;
}

}  // namespace

Metrics measure(const Target& target, const Tensor& outputs, const Tensor& targets) {
  const auto given = target.decode(outputs), truth = target.truth(targets);
  if (target.is_number()) return measure_numbers(target, given, truth);
  const auto probability = target.probabilities(outputs.to(at::kDouble));
  if (target.task() == Task::multilabel) return measure_labels(given, probability, truth);
  return measure_classes(target.task(), given, probability, truth);
}

Given outputs_of(Model& model, const Batches& rows) {
  const int64_t batch_size = rows.input_shape().size() == 3 ? 64 : 1024;
  auto all = predict(rows, batch_size, [&](const Tensor& inputs) { return model.outputs(inputs); });
  return {std::move(all.outputs), std::move(all.targets), std::move(all.rows)};
}

Evaluation evaluation_of(const Target& target, Domain domain, const std::string& metric) {
  const std::vector<std::string> smaller{"rmse", "mae", "log_loss", "brier", "ece", "pinball", "hamming"};
  auto decides = metric;
  if (decides.empty()) decides = target.is_number() ? "rmse" : domain == Domain::image ? "accuracy" : "log_loss";
  return {
      .metrics = [target](const Tensor& outputs, const Tensor& targets) { return measure(target, outputs, targets); },
      .monitor = {.name = decides,
                  .greater_is_better = std::find(smaller.begin(), smaller.end(), decides) == smaller.end()}};
}

namespace {

/// Weights of the rows with which every class has the same sum.
Tensor class_weights(const Batches& rows, const Target& target, const char* option) {
  if (target.classes().empty())
    fail(ErrorKind::usage, "{}: needs classes, {} is of task={}", option, target.name(), text_of(target.task()));
  return balanced_weights(rows.targets());
}

}  // namespace

Batches balanced(const Batches& rows, const Target& target) {
  auto weights = class_weights(rows, target, "--balanced");
  if (rows.weights().defined()) weights = weights * rows.weights();
  return rows.weighted(weights);
}

Batches balanced_draws(const Batches& rows, const Target& target) {
  return rows.drawn(class_weights(rows, target, "--balanced-draws"));
}

nlohmann::ordered_json to_json(const Metrics& metrics) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : metrics) json[name] = std::isfinite(value) ? nlohmann::ordered_json(value) : nullptr;
  return json;
}

}  // namespace reszoo::cli

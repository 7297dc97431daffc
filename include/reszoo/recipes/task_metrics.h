/// The metrics of a task.
#pragma once
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "reszoo/infer/model.h"
#include "reszoo/train/dataset.h"
#include "reszoo/train/predict.h"
#include "reszoo/train/trainer_options.h"

namespace reszoo {

/// The metrics of a task, in the order in which they are printed.
///
/// | task       | metrics                                                                          |
/// |------------|----------------------------------------------------------------------------------|
/// | regression | rmse, mae, r2, in the target's unit; of several targets their means              |
/// | quantile   | pinball, the mean over the quantiles; rmse, mae, r2 of the middle one            |
/// | binary     | accuracy, balanced_accuracy, log_loss, roc_auc, pr_auc, f1, brier, ece           |
/// | multiclass | accuracy, balanced_accuracy, log_loss, roc_auc, f1_macro, brier, ece             |
/// | ordinal    | those of multiclass; mae in steps from class to class, quadratic_kappa           |
/// | multilabel | accuracy of whole rows, hamming; log_loss, roc_auc, pr_auc, f1_macro, brier as means over labels |
///
/// Shape: `outputs` of the network and encoded `targets` as Target's table has them.
/// Throws: Error (input) for other shapes.
Metrics compute_metrics(const Target& target, const Tensor& outputs, const Tensor& targets);

/// A metric of one's own.
struct NamedMetric {
  std::string name;
  /// Gets predictions and truth as Target::decode and Target::truth give them: numbers in the target's unit (N) or
  /// (N, T) float64, or class numbers (N) int64.
  std::function<double(const Tensor& prediction, const Tensor& truth)> compute;
  bool greater_is_better = false;
};

/// The metric that decides which epoch is best where none is named: rmse for numbers, for classes accuracy of images
/// and log_loss of tables.
std::string default_monitor(const Target& target, Domain domain);

/// Evaluates by the task's metrics and those of `more`, which stand after them. `monitor` decides which epoch is best;
/// "" is the first of `more`, or where there is none `default_monitor` of tables.
///
///     evaluation_of(*model.target, "f1");
///     const auto bias = [](const Tensor& p, const Tensor& t) { return std::abs((p - t).mean().item<double>()); };
///     evaluation_of(*model.target, "bias", {{"bias", bias}});
Evaluation evaluation_of(const Target& target, const std::string& monitor = {}, std::vector<NamedMetric> more = {});

/// Runs the model over all rows in evaluation mode, without gradients. Outputs are float64, see Target's table. Rows
/// whose files are bad are left out.
/// Throws: Error (input) if no row is left.
Predictions predict_rows(Model& model, const Dataset& rows);

/// The metrics of the model on these rows, by its target.
/// Throws: Error (usage) for a model without a target.
Metrics evaluate(Model& model, const Dataset& rows);
/// The same with metrics of one's own, see evaluation_of.
Metrics evaluate(Model& model, const Dataset& rows, const Evaluation& evaluation);

/// As a JSON object; a value that is not defined is null.
nlohmann::ordered_json metrics_json(const Metrics& metrics);

}  // namespace reszoo

/// Computes the metrics of a task.
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

/// Computes the metrics of a task, in the order in which they are printed.
///
/// | task       | metrics                                                                                           |
/// |------------|---------------------------------------------------------------------------------------------------|
/// | regression | rmse, mae, r2, in the target's unit; with several targets their means                             |
/// | quantile   | pinball as mean over the quantiles; rmse, mae, r2 of the median, if there is one (median_of)      |
/// | binary     | accuracy, balanced_accuracy, log_loss, roc_auc, pr_auc, f1, brier, ece                            |
/// | multiclass | accuracy, balanced_accuracy, log_loss, roc_auc, f1_macro, brier, ece; top5_accuracy from 10 classes |
/// | ordinal    | those of multiclass; mae in class steps, quadratic_kappa                                          |
/// | multilabel | accuracy of whole rows, hamming; means over labels of log_loss, roc_auc, pr_auc, f1_macro, brier  |
///
/// All metrics are NaN if a row of the outputs is no answer (see `unanswered_rows`).
///
/// Shape: `outputs` of the network and encoded `targets` as in the table in the documentation of Target.
/// Throws: Error (input) for other shapes.
Metrics compute_metrics(const Target& target, const Tensor& outputs, const Tensor& targets);

/// A user-defined metric.
struct NamedMetric {
  std::string name;
  /// Called with predictions and truth as Target::decode and Target::truth return them: values in the target's unit,
  /// (N) or (N, T) float64, or class indices, (N) int64.
  std::function<double(const Tensor& prediction, const Tensor& truth)> compute;
  bool greater_is_better = false;
};

/// Returns the metric that is monitored by default to select the best epoch: rmse for regression (pinball for quantiles
/// that are all above or below the median); for classification, accuracy with images and log_loss with tables; log_loss
/// for several labels.
std::string default_monitor(const Target& target, Domain domain);

/// Returns an Evaluation with the task's metrics followed by those of `more`. `monitor` is the metric that selects the
/// best epoch; "" means the first of `more`, or the `default_monitor` of tables if `more` is empty.
///
///     evaluation_of(*model.target, "f1");
///     const auto bias = [](const Tensor& p, const Tensor& t) { return std::abs((p - t).mean().item<double>()); };
///     evaluation_of(*model.target, "bias", {{"bias", bias}});
Evaluation evaluation_of(const Target& target, const std::string& monitor = {}, std::vector<NamedMetric> more = {});

/// Runs the model over all rows in evaluation mode, without gradients. Outputs are float64; see the table in the
/// documentation of Target. Rows with bad files are left out. The processes of `group` share the rows, and each gets
/// the outputs of all.
/// Throws: Error (input) if no row is left.
Predictions predict_rows(Model& model, const Dataset& rows, ProcessGroup* group = nullptr);

/// Returns the metrics of the model on these rows, for the task of its target.
/// Throws: Error (usage) for a model without a target.
Metrics evaluate(Model& model, const Dataset& rows);
/// Returns the metrics of `evaluation`, which can include user-defined ones; see evaluation_of. Those of the task are
/// computed with the model's current target, as thresholds and temperatures are chosen after training.
Metrics evaluate(Model& model, const Dataset& rows, const Evaluation& evaluation);

/// Does the same for outputs of the model.
Metrics evaluate(const Model& model, const Tensor& outputs, const Tensor& targets, const Evaluation& evaluation);

/// Returns the metrics as a JSON object. Undefined values are null.
nlohmann::ordered_json metrics_json(const Metrics& metrics);

}  // namespace reszoo

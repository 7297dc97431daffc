/// What is measured of a task.
#pragma once
#include "reszoo/infer/model.h"
#include "reszoo/train/trainer.h"

namespace reszoo::cli {

/// The figures of a task, in the order in which they are printed.
///
/// | task       | figures                                                                          |
/// |------------|----------------------------------------------------------------------------------|
/// | regression | rmse, mae, r2, in the target's unit; of several targets their means              |
/// | quantile   | pinball, the mean over the quantiles; rmse, mae, r2 of the middle one            |
/// | binary     | accuracy, balanced_accuracy, log_loss, roc_auc, pr_auc, f1, brier, ece           |
/// | multiclass | accuracy, balanced_accuracy, log_loss, roc_auc, f1_macro, brier, ece             |
/// | ordinal    | those of multiclass; mae in steps from class to class, quadratic_kappa           |
/// | multilabel | accuracy of whole rows, hamming; log_loss, roc_auc, pr_auc, f1_macro, brier as means over labels |
Metrics measure(const Target& target, const Tensor& outputs, const Tensor& targets);

/// What the model gives for all rows and what it should, on the CPU; without those rows whose files
/// are bad.
struct Given {
  Tensor outputs, targets;
  Tensor rows;  ///< (N) int64, which rows these are
};
Given outputs_of(Model& model, const Batches& rows);
inline Metrics measure(const Target& target, const Given& given) {
  return measure(target, given.outputs, given.targets);
}

/// The same as a Trainer asks for it. Without a metric given, rmse decides, of
/// classes log_loss, of images accuracy.
Evaluation evaluation_of(const Target& target, Domain domain, const std::string& metric = {});

/// The rows weighted so that every class weighs the same.
/// Throws: Error (usage) for a target without classes.
Batches balanced(const Batches& rows, const Target& target);

/// The rows drawn so that every class is as frequent as the others. Throws: as `balanced`.
Batches balanced_draws(const Batches& rows, const Target& target);

/// As a JSON object; a figure that is not defined is null.
nlohmann::ordered_json to_json(const Metrics& metrics);

}  // namespace reszoo::cli

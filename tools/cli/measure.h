/// What is measured of a task.
#pragma once
#include "reszoo/infer/model.h"
#include "reszoo/train/trainer.h"

namespace reszoo::cli {

/// rmse, r2, mae in the target's unit; or accuracy, log_loss, roc_auc.
Metrics measure(const Target& target, const Tensor& outputs, const Tensor& targets);

/// What the model gives for all rows, on the CPU.
Tensor outputs_of(Model& model, const TensorBatches& rows);

/// The same as a Trainer asks for it. Without a metric given, rmse decides, of
/// classes log_loss, of pictures accuracy.
Evaluation evaluation_of(const Target& target, Domain domain, const std::string& metric = {});

/// The rows weighted so that every class weighs the same.
/// Throws: Error (usage) for a target without classes.
TensorBatches balanced(const TensorBatches& rows, const Target& target);

/// As a JSON object; a figure that is not defined is null.
nlohmann::ordered_json to_json(const Metrics& metrics);

}  // namespace reszoo::cli

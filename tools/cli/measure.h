/// What is measured of a task.
#pragma once
#include "reszoo/infer/model.h"
#include "reszoo/train/trainer.h"

namespace reszoo::cli {

/// rmse, r2, mae in the target's unit; or accuracy, log_loss, roc_auc.
Metrics measure(const Target& target, const Tensor& outputs, const Tensor& targets);

/// What the model gives for all rows, on the CPU.
Tensor outputs_of(Model& model, const TensorBatches& rows);

/// The same as a Trainer asks for it; rmse or accuracy decides.
Evaluation evaluation_of(const Target& target);

/// As a JSON object; a figure that is not defined is null.
nlohmann::ordered_json to_json(const Metrics& metrics);

}  // namespace reszoo::cli

/// From prepared rows to a trained model.
#pragma once
#include <functional>

#include "reszoo/learn/plan.h"
#include "reszoo/train/trainer.h"

namespace reszoo {

/// Rows that a Model's preprocessing and target made into tensors.
struct FitData {
  TensorBatches train;
  std::optional<TensorBatches> validation = {};
};

/// Builds the plan's network into `model` and trains it: a function of the plan
/// (its seed too) and the data. The network ends with its best weights.
///
///     Model model{.table = TablePreprocess::fit(rows, "price"), .target = Target::fit(rows, {"price"})};
///     fit_model(model, named_plan("auto", rows.rows()), {{model.input(rows), model.target->encode(rows)}}, evaluation);
///
/// `begin`, where given, sees the network before its first step: to load weights. What the
/// plan freezes is frozen behind it, and stays so.
/// Throws: what build_network and Trainer::fit throw.
TrainResult fit_model(Model& model, const Plan& plan, const FitData& data, const Evaluation& evaluation,
                      TrainerHooks hooks = {}, const std::function<void(Network&)>& begin = {});

/// The deciding metric's value in the best epoch; nan without validation.
double best_value(const TrainResult& result, const Evaluation& evaluation);

}  // namespace reszoo

/// From prepared rows to a trained network.
#pragma once
#include <functional>

#include "reszoo/recipes/training_recipe.h"
#include "reszoo/train/trainer.h"

namespace reszoo {

/// Rows that a Model's preprocessing and target made into tensors.
struct FitData {
  Dataset train;
  std::optional<Dataset> validation = {};
};

/// Builds the recipe's network into `model` and trains it: a function of the recipe (its seed too) and the data. The
/// network ends with its best weights. `fit` does the same and more from TrainingData.
///
///     Model model{.table = TablePreprocess::fit(rows, "price"), .target = Target::fit(rows, {"price"})};
///     fit_model(model, training_recipe("auto", rows.rows()), {{model.input(rows), model.target->encode(rows)}},
///               evaluation_of(*model.target));
///
/// `on_network_built`, where given, sees the network before its first step: to load weights. What the recipe freezes is
/// frozen after it, and stays so.
/// Throws: what build_network and Trainer::fit throw.
TrainResult fit_model(Model& model, const TrainingRecipe& recipe, const FitData& data, const Evaluation& evaluation,
                      TrainerHooks hooks = {}, const std::function<void(Network&)>& on_network_built = {});

/// Trains the network that `model` has, of any kind, as the recipe says.
/// Throws: what apply_fine_tuning and Trainer::fit throw.
TrainResult train_network(Model& model, const TrainingRecipe& recipe, const FitData& data, const Loss& loss,
                          const Evaluation& evaluation, TrainerHooks hooks = {});

/// The monitored metric's value in the best epoch; nan without validation.
double best_value(const TrainResult& result, const Evaluation& evaluation);

}  // namespace reszoo

/// Trains a network on prepared rows.
#pragma once
#include <functional>

#include "reszoo/recipes/training_recipe.h"
#include "reszoo/train/trainer.h"

namespace reszoo {

/// Rows that a Model's preprocessing and target have converted to tensors.
struct FitData {
  Dataset train;
  std::optional<Dataset> validation = {};
};

/// Builds the recipe's network in `model` and trains it. The result depends only on the recipe, including its seed, and
/// the data. The network has its best weights at the end. `fit` does this and more for TrainingData.
///
///     Model model{.table = TablePreprocess::fit(rows, "price"), .target = Target::fit(rows, {"price"})};
///     fit_model(model, training_recipe("auto", rows.rows()), {{model.input(rows), model.target->encode(rows)}},
///               evaluation_of(*model.target));
///
/// `on_network_built`, if given, is called with the network before the first step, for instance to load weights. The
/// recipe's parameters are frozen after that, and stay frozen.
/// Throws: what build_network and Trainer::fit throw.
TrainResult fit_model(Model& model, const TrainingRecipe& recipe, const FitData& data, const Evaluation& evaluation,
                      TrainerHooks hooks = {}, const std::function<void(Network&)>& on_network_built = {});

/// Trains the network that `model` already has, of any kind, with the recipe.
/// Throws: what apply_fine_tuning and Trainer::fit throw.
TrainResult train_network(Model& model, const TrainingRecipe& recipe, const FitData& data, const Loss& loss,
                          const Evaluation& evaluation, TrainerHooks hooks = {});

/// Returns the monitored metric's value in the best epoch; nan without validation.
double best_value(const TrainResult& result, const Evaluation& evaluation);

}  // namespace reszoo

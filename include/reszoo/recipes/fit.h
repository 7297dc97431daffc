/// Trains a model on data: a network, or an ensemble of them.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "reszoo/recipes/fit_model.h"
#include "reszoo/recipes/training_data.h"

namespace reszoo {

/// What a training may be given beside data and recipe; all may be left out.
struct FitOptions {
  Loss loss = {};              ///< instead of the recipe's
  Evaluation evaluation = {};  ///< see evaluation_of; left out, the task's metrics and its `default_monitor`
  /// Builds the network, instead of the recipe's; called with the model that it is for, whose table, image and target
  /// are fitted. `model.safetensors` in the recipe's folder then holds weights alone, for `load_weights`. To have a
  /// model file that Model::load reads, add the network to `registry()` and name it in the recipe instead.
  std::function<Network(const Model& model)> network = {};
  std::function<void(Network&)> on_network_built = {};  ///< before the first step: loads weights, say
  TrainerHooks hooks = {};                              ///< progress, warnings, stopping
  int64_t networks = 1;  ///< of an ensemble: trained from as many seeds, their outputs averaged
  /// In `recipe.trainer.out` keeps the models of so many best epochs beside the best one's, see best_epochs.
  int64_t keep = 0;
  std::function<void(const std::string& line)> on_note = {};  ///< lines such as "network 2 of 3"
};

/// A trained model, and how each of its networks was trained.
struct FittedModel {
  Model model;
  std::vector<TrainResult> runs;
  TrainingRecipe recipe;
  Evaluation evaluation;  ///< by which it was trained
};

/// A training was stopped by TrainerHooks::stop_requested; its checkpoint is written.
class TrainingStopped : public Error {
 public:
  explicit TrainingStopped(const std::filesystem::path& folder);
  /// Where the checkpoint is; empty where none is kept.
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// The recipe for such data where none is chosen: `auto` for tables; for images see default_image_recipe.
TrainingRecipe default_recipe(const TrainingData& data);

/// Trains a model.
///
///     auto fitted = fit(data);
///     evaluate(fitted.model, *data.test);
///     fitted.model.save("model.safetensors");
///
/// Where `recipe.trainer.out` names a folder, it holds the best model (`model.safetensors`) and what the Trainer
/// writes; of an ensemble in a folder `network-<i>` each.
/// Throws: TrainingStopped; what fit_model throws; Error (usage) for data without a target where loss, evaluation or
/// network need one.
FittedModel fit(const TrainingData& data, const TrainingRecipe& recipe, const FitOptions& options = {});
/// The same by `default_recipe`.
FittedModel fit(const TrainingData& data);

/// Builds the network, runs one batch and writes nothing. Returns the loss.
double dry_run(const TrainingData& data, const TrainingRecipe& recipe, const FitOptions& options = {});

}  // namespace reszoo

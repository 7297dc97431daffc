/// Trains a model, which is one network or an ensemble, on data.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/recipes/calibration.h"
#include "reszoo/recipes/fit_model.h"
#include "reszoo/recipes/training_data.h"
#include "reszoo/train/predict.h"

namespace reszoo {

/// Optional arguments of `fit`.
struct FitOptions {
  Loss loss = {};              ///< instead of the recipe's loss
  Evaluation evaluation = {};  ///< see evaluation_of; by default the task's metrics and its `default_monitor`
  /// Builds the network instead of the recipe. Called with the model that the network is for, whose table, image and
  /// target are fitted. `model.safetensors` in the recipe's folder then has only weights, for `load_weights`. For a
  /// model file that Model::load reads, add the network to `registry()` and name it in the recipe instead.
  std::function<Network(const Model& model)> network = {};
  std::function<void(Network&)> on_network_built = {};  ///< called before the first step, for instance to load weights
  TrainerHooks hooks = {};                              ///< for progress, warnings and stopping
  int64_t networks = 1;  ///< size of the ensemble; each network is trained from another seed, and outputs are averaged
  /// Number of further best epochs whose models are kept in `recipe.trainer.out`, in addition to the best one; see
  /// best_epochs.
  int64_t keep = 0;
  /// Whether the probabilities of classes are calibrated on the validation rows after training, see `calibrate`.
  bool calibrate = true;
  std::function<void(const std::string& line)> on_note = {};  ///< called with lines such as "network 2 of 3"
};

/// A trained model and the training results of its networks.
struct FittedModel {
  Model model;
  std::vector<TrainResult> runs;
  TrainingRecipe recipe;
  Evaluation evaluation;  ///< that it was trained with
  /// Predictions of training rows by networks that were not trained on them; see fit_best.
  std::optional<Predictions> out_of_fold = {};
  std::optional<TemperatureScaling> calibration = {};  ///< on those or the validation rows, if it was done
};

/// Thrown if TrainerHooks::stop_requested stopped a training. Its checkpoint has been written.
class TrainingStopped : public Error {
 public:
  explicit TrainingStopped(const std::filesystem::path& folder);
  /// Returns the folder of the checkpoint; empty if none is kept.
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// Returns the default recipe for the data: `auto` for tables; for images see default_image_recipe.
TrainingRecipe default_recipe(const TrainingData& data);

/// Trains a model.
///
///     auto fitted = fit(data);
///     evaluate(fitted.model, *data.test);
///     fitted.model.save("model.safetensors");
///
/// If `recipe.trainer.out` names a folder, the best model (`model.safetensors`) and the Trainer's files are written to
/// it. Each network of an ensemble has its own folder `network-<i>`, and an equal part of `recipe.trainer.time_limit`.
/// The files of single epochs and of an ensemble's networks are not calibrated.
/// Throws: TrainingStopped; what fit_model throws; Error (usage) for data without a target if loss, evaluation or
/// network need one.
FittedModel fit(const TrainingData& data, const TrainingRecipe& recipe, const FitOptions& options = {});
/// Trains a model with `default_recipe`.
FittedModel fit(const TrainingData& data);

/// Builds the network, runs one batch and writes nothing. Returns the loss.
double dry_run(const TrainingData& data, const TrainingRecipe& recipe, const FitOptions& options = {});

}  // namespace reszoo

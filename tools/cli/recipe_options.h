/// The recipe of a training, as the command line says it.
#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/recipes/training_recipe.h"

namespace reszoo::cli {

/// What is left out is the recipe's own.
struct RecipeOptions {
  std::string network;                ///< "" is the recipe's
  std::string recipe;                 ///< "" follows from the network's domain
  std::vector<std::string> settings;  ///< name=value of the network
  std::optional<int64_t> epochs, batch_size, patience, bins, accumulate;
  std::optional<double> lr, weight_decay, momentum, clip_norm, average, label_smoothing, checkpoint_every;
  FineTuning fine_tuning;
  std::optional<std::string> optimizer, schedule, loss, binning, precision, on_nonfinite;
  bool no_fast = false, no_norm_decay = false, events = false;
  /// Of a network to begin with, as `to_json(ModelOptions)` writes them; they stand
  /// instead of the recipe's.
  std::optional<nlohmann::json> network_options = {};
};

void add_recipe_options(CLI::App& app, RecipeOptions& options);

/// The domain of the network that the options name; a table's where they name none.
Domain domain_of(const RecipeOptions& options);

/// Throws: Error (usage) for an unknown name or a value that does not fit.
TrainingRecipe recipe_of(const RecipeOptions& options, int64_t rows);

}  // namespace reszoo::cli

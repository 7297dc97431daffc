/// Command-line options of a training recipe.
#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/recipes/training_recipe.h"

namespace reszoo::cli {

/// Options that are not given keep the recipe's values.
struct RecipeOptions {
  std::string network;                ///< "": the recipe's
  std::string recipe;                 ///< "": by the network's domain
  std::vector<std::string> settings;  ///< name=value options of the network
  std::optional<int64_t> epochs, batch_size, patience, bins, grad_accum_steps, shuffle_window;
  std::optional<double> lr, weight_decay, momentum, clip_grad, ema_decay, smoothing, checkpoint_every;
  FineTuning fine_tuning;
  std::optional<std::string> optimizer, schedule, loss, binning, precision, on_nonfinite;
  bool no_fuse = false, no_norm_decay = false, events = false;
  /// Network options of the initial checkpoint, as `to_json(ModelOptions)` writes them; they replace the recipe's.
  std::optional<nlohmann::json> network_options = {};
};

void add_recipe_options(CLI::App& app, RecipeOptions& options);

/// The domain of the network; tabular if no network is named.
Domain domain_of(const RecipeOptions& options);

/// Builds the recipe for `rows` training rows. Throws: Error (usage) for an unknown name or an invalid value.
TrainingRecipe recipe_of(const RecipeOptions& options, int64_t rows);

}  // namespace reszoo::cli

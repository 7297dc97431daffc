/// A recipe by name with some values chosen otherwise, as programs and tools offer it to their users.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "reszoo/recipes/training_recipe.h"
#include "reszoo/zoo/options.h"

namespace reszoo {

/// What is chosen of a recipe. What is not keeps the recipe's value.
struct RecipeChoices {
  std::string network = {};                            ///< "": the recipe's
  std::string recipe = {};                             ///< "": `image` for a network of images, else `auto`
  nlohmann::json options = nlohmann::json::object();   ///< of the network, as `to_json(ModelOptions)` writes them
  std::optional<nlohmann::json> network_options = {};  ///< options that replace all of the recipe's, before `options`
  std::optional<int64_t> epochs, batch_size, patience, bins, grad_accum_steps, shuffle_window;
  std::optional<double> lr, weight_decay, momentum, clip_grad, ema_decay, smoothing, checkpoint_every;
  std::optional<std::string> optimizer, schedule, loss, binning, precision, on_nonfinite;
  FineTuning fine_tuning = {};
  bool no_fuse = false, no_norm_decay = false, events = false;

  /// Returns the domain of the network; tabular if none is named.
  Domain domain() const;
};

/// Builds the recipe for `rows` training rows.
/// Throws: Error (usage) for an unknown name or an invalid value.
TrainingRecipe chosen_recipe(const RecipeChoices& choices, int64_t rows);

}  // namespace reszoo

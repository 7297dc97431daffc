/// A search for a better recipe.
#pragma once
#include <filesystem>
#include <functional>
#include <vector>

#include "reszoo/recipes/training_recipe.h"

namespace reszoo {

/// What one recipe of a search came to.
struct Trial {
  int64_t number = 0;  ///< from 0; trial 0 is the recipe that the search began with
  TrainingRecipe recipe;
  nlohmann::json changes = nlohmann::json::object();  ///< what differs from that recipe
  int64_t epochs = 0;                                 ///< allowed so far
  double value = 0;                                   ///< of the deciding metric; nan before the first rung
};

struct TuneOptions {
  int64_t trials = 20;
  uint64_t seed = 0;
  bool greater_is_better = false;
  std::filesystem::path out = {};  ///< folder for tune.jsonl and a folder a trial; empty: nothing is kept
};

/// Trains a recipe up to `recipe.trainer.epochs`, going on from `recipe.trainer.out` if a
/// shorter training was there, and returns the best value of the deciding metric.
using Objective = std::function<double(const TrainingRecipe& recipe)>;

/// Successive halving: all trials for 4 epochs, the better third for 12, a third
/// of these for 36, the last for all of the recipe's epochs. Each trial is drawn from
/// the space below by (seed, number) alone; every result is a line of
/// `out/tune.jsonl`, and a search that was cut off takes those as they are.
///
/// | option                          | drawn from                                        |
/// |---------------------------------|---------------------------------------------------|
/// | blocks                          | 1 to 4; of k networks in one 1 to 3               |
/// | width                           | 64 to 384 in steps of 32; of k 48 to 192 in 16s   |
/// | hidden_factor (ResNet)          | 1 to 4; of k 0.5 to 2                             |
/// | dropout                         | 0 for one in five, else 0 to 0.5                  |
/// | bins, numeric_width             | 2 to 64, 4 to 32; where the recipe has them          |
/// | lr                              | 3e-4 to 5e-3, logarithmic                         |
/// | weight_decay                    | 0 for one in five, else 1e-4 to 0.1, logarithmic   |
///
/// Returns all trials, the best first.
/// Source: Jamieson and Talwalkar 2016, arXiv:1502.07943; the space after
/// Gorishniy et al. 2024, arXiv:2410.24210, appendix.
/// Throws: Error (usage) for fewer than one trial or a schedule that depends on the
/// number of epochs; what `objective` throws.
std::vector<Trial> tune(const TrainingRecipe& recipe, const TuneOptions& options, const Objective& objective,
                        const std::function<void(const Trial&)>& on_result = {});

/// Where a trial's checkpoint is; empty where nothing is kept.
std::filesystem::path trial_folder(const TuneOptions& options, const Trial& trial);

/// The recipe of a trial: a function of (recipe, seed, number).
Trial draw_trial(const TrainingRecipe& recipe, uint64_t seed, int64_t number);

}  // namespace reszoo

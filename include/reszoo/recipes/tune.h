/// Hyperparameter search.
#pragma once
#include <filesystem>
#include <functional>
#include <vector>

#include "reszoo/recipes/training_recipe.h"

namespace reszoo {

/// One recipe of a search and its result.
struct Trial {
  int64_t number = 0;  ///< from 0; trial 0 is the recipe that the search started with
  TrainingRecipe recipe;
  nlohmann::json changes = nlohmann::json::object();  ///< the values that differ from that recipe
  int64_t epochs = 0;                                 ///< epochs that the current rung allows
  double value = 0;                                   ///< value of the monitored metric; nan before the first rung
};

struct TuneOptions {
  int64_t trials = 20;
  uint64_t seed = 0;
  Monitor monitor = {};            ///< the metric whose values the objective returns
  std::filesystem::path out = {};  ///< folder for tune.jsonl and one folder per trial; if empty, nothing is kept
};

/// Trains a recipe up to `recipe.trainer.epochs` and returns the best value of the monitored metric. Resumes from
/// `recipe.trainer.out` if a shorter training is there.
using Objective = std::function<double(const TrainingRecipe& recipe)>;

/// Searches by successive halving: trains all trials for 4 epochs, the better third for 12, a third of these for 36,
/// and the last ones for all of the recipe's epochs. A trial goes on where it was if the schedule is
/// constant; otherwise, since each learning rate depends on the number of epochs, it starts anew. Each trial is drawn
/// from the space below by `draw_trial`, after the results of those before it with 4 epochs. Every result is a line of
/// `out/tune.jsonl`, and an interrupted search reuses these results.
///
/// | option                 | drawn from                                                             |
/// |------------------------|------------------------------------------------------------------------|
/// | blocks                 | 1 to 4; with k networks in one 1 to 3                                  |
/// | width                  | 64 to 384 in steps of 32; with k networks 48 to 192 in steps of 16     |
/// | hidden_factor (ResNet) | 1 to 4; with k networks 0.5 to 2                                       |
/// | dropout                | 0 with probability 1/5, else 0 to 0.5                                  |
/// | bins, numeric_width    | 2 to 64 and 4 to 32, if the recipe has them                            |
/// | lr                     | 3e-4 to 1e-2, log-uniform                                              |
/// | weight_decay           | 0 with probability 1/5, else 1e-4 to 0.1, log-uniform                  |
///
/// Returns all trials, the best first.
/// Source: Jamieson and Talwalkar 2016, arXiv:1502.07943; the space after Gorishniy et al. 2024, arXiv:2410.24210,
/// appendix.
/// Throws: Error (usage) for fewer than one trial; what `objective` throws.
std::vector<Trial> tune(const TrainingRecipe& recipe, const TuneOptions& options, const Objective& objective,
                        const std::function<void(const Trial&)>& on_result = {});

/// Returns the folder of a trial's checkpoint, one for each number of epochs if the schedule is not constant; empty if
/// nothing is kept.
std::filesystem::path trial_folder(const TuneOptions& options, const Trial& trial);

/// Draws the recipe of a trial from the space of `tune`; trial 0 is the recipe itself. After ten `earlier` trials,
/// whose values must be known, values are drawn where the best of them were (TPE), before at random. The result depends
/// only on the arguments. Source: Bergstra et al. 2011, Algorithms for Hyper-Parameter Optimization; details as in
/// Optuna's TPESampler, which treats each value on its own.
Trial draw_trial(const TrainingRecipe& recipe, uint64_t seed, int64_t number, const std::vector<Trial>& earlier = {},
                 const Monitor& monitor = {});

}  // namespace reszoo

#include "reszoo/recipes/fit_best.h"

#include "best_search.h"
#include "fit_options.h"
#include "reszoo/base/duration.h"

namespace reszoo {

BestFit fit_best(const TrainingData& data, const TrainingRecipe& recipe, const BestOptions& options) {
  if (!data.train.inputs().defined() || !data.model.target)
    fail(ErrorKind::usage, "recipe best: is for tables, whose rows are in memory and have a target");
  if (options.fit.network)
    fail(ErrorKind::usage, "recipe best: varies the options of a registered network; name it in the recipe");
  detail::require_one_process("recipe best", recipe);
  if (!(options.time_limit > 0))
    fail(ErrorKind::usage, "recipe best: time_limit must be above 0, got {}", options.time_limit);
  auto fit = detail::completed(data, recipe, options.fit);
  if (!fit.hooks.clock) fit.hooks.clock = steady_seconds;
  if (!fit.on_note) fit.on_note = [](const std::string&) {};
  fit.hooks.on_epoch = {};  // only the result of each training is reported
  return detail::BestSearch(data, recipe, options, std::move(fit)).run();
}

}  // namespace reszoo

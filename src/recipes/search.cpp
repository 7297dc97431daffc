#include "reszoo/recipes/search.h"

#include "fit_options.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Lets a training continue from the end of the one in `folder`, so that the best trial need not be run again.
void continue_from(const fs::path& folder, TrainerOptions& options) {
  const auto* name = "checkpoint.safetensors";
  if (folder.empty() || !fs::exists(folder / name)) return;
  fs::copy_file(folder / name, options.out / name, fs::copy_options::overwrite_existing);
  options.resume = true;
}

}  // namespace

std::vector<Trial> search(const TrainingData& data, const TrainingRecipe& recipe, int64_t trials,
                          const FitOptions& options, const std::function<void(const Trial&)>& on_result) {
  detail::require_one_process("search", recipe);
  auto complete = detail::completed(data, recipe, options);
  complete.hooks.on_epoch = {};  // only the result of each trial is reported, not its epochs
  const TuneOptions how{.trials = trials,
                        .seed = recipe.trainer.seed,
                        .monitor = complete.evaluation.monitor,
                        .out = recipe.trainer.out.empty() ? fs::path() : recipe.trainer.out / "tune"};
  const auto objective = [&](const TrainingRecipe& tried) {
    auto model = data.model;
    return best_value(detail::fit_one(model, data, tried, complete, /*keep_model=*/false), complete.evaluation);
  };
  auto found = tune(recipe, how, objective, on_result);
  continue_from(trial_folder(how, found.front()), found.front().recipe.trainer);
  return found;
}

ReportTable report_table(const std::vector<Trial>& trials, const std::string& metric) {
  ReportTable table{
      .title = "Search",
      .introduction = "Trials by successive halving, the best first; the first was trained again in full.",
      .header = {"trial", "epochs", metric, "changes"},
      .rows = {},
      .marked = 0};
  for (const auto& trial : trials)
    table.rows.push_back({std::to_string(trial.number), std::to_string(trial.epochs),
                          fmt::format("{:.6g}", trial.value), trial.number == 0 ? "none" : trial.changes.dump()});
  return table;
}

}  // namespace reszoo

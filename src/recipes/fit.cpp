#include "reszoo/recipes/fit.h"

#include <algorithm>
#include <limits>

#include "fit_options.h"
#include "reszoo/base/json_text.h"
#include "reszoo/recipes/image_data.h"
#include "reszoo/recipes/task_metrics.h"
#include "reszoo/train/best_epochs.h"
#include "reszoo/weights/safetensors.h"

namespace reszoo {
namespace detail {

Domain domain_of(const TrainingData& data) {
  return data.model.image || data.images || data.train.input_shape().size() == 3 ? Domain::image : Domain::tabular;
}

FitOptions completed(const TrainingData& data, const TrainingRecipe& recipe, FitOptions options) {
  const auto& target = data.model.target;
  if (!target && (!options.loss || !options.evaluation.metrics))
    fail(ErrorKind::usage, "fit: data without model.target needs a loss and an evaluation");
  // What could not be stored is refused before anything is trained.
  if (target) require_utf8(target->to_json(), "target");
  if (data.model.table) require_utf8(data.model.table->to_json(), "table");
  require_utf8(recipe.trainer.settings, "options");
  if (!options.loss) options.loss = loss_of(*target, recipe.loss);
  if (!options.evaluation.metrics)
    options.evaluation = evaluation_of(*target, default_monitor(*target, domain_of(data)));
  return options;
}

void require_one_process(const char* what, const TrainingRecipe& recipe) {
  if (recipe.trainer.group && recipe.trainer.group->size() > 1)
    fail(ErrorKind::usage, "{}: is for one process; train what it finds by several", what);
}

void build(Model& model, const TrainingData& data, const TrainingRecipe& recipe, const FitOptions& options) {
  if (options.network) {
    model.networks = {options.network(model)};
    model.name = model.network()->name();
  } else {
    build_network(model, recipe, data.train);
  }
  if (options.on_network_built) options.on_network_built(model.network());
}

namespace {

/// Returns the part of the time limit for the next network of an ensemble; 0 if there is no limit.
double next_time_limit(const TrainingRecipe& recipe, const std::vector<TrainResult>& runs, int64_t networks) {
  double left = recipe.trainer.time_limit;
  if (left == 0) return 0;
  for (const auto& run : runs) left -= run.seconds;
  return std::max(left / static_cast<double>(networks - std::ssize(runs)), std::numeric_limits<double>::min());
}

/// Writes the model, or only the weights if its network is not registered.
void save(const Model& model, const std::filesystem::path& path, const StateDict& weights, const FitOptions& options) {
  if (options.network) write_safetensors(path, weights);
  else model.save(path, weights);
}

TrainerHooks with_files(const Model& model, const std::filesystem::path& out, const FitOptions& options) {
  auto hooks = options.hooks;
  if (out.empty()) return hooks;
  hooks.on_best = [&model, &options, out](const StateDict& best, const Progress& progress) {
    save(model, out / "model.safetensors", best, options);
    if (options.hooks.on_best) options.hooks.on_best(best, progress);
  };
  if (options.keep > 0)
    hooks.on_weights = [&model, &options, out](const StateDict& weights, const std::vector<EpochRecord>& history) {
      keep_best_epochs(out, history, best_epochs(history, options.evaluation.monitor, options.keep),
                       [&](const auto& path) { save(model, path, weights, options); });
      if (options.hooks.on_weights) options.hooks.on_weights(weights, history);
    };
  return hooks;
}

}  // namespace

/// Calibrates the model on the validation rows, if its outputs are what its target says.
void calibrate_fitted(FittedModel& fitted, const TrainingData& data, const FitOptions& options) {
  auto& model = fitted.model;
  if (!options.calibrate || !data.validation || !model.target || model.target->is_number()) return;
  const auto predictions = predict_rows(model, *data.validation);
  const auto& outputs = predictions.outputs;
  if (outputs.dim() < 2 || outputs.size(-1) != model.target->outputs()) return;
  fitted.calibration = calibrate(model, predictions);
  if (options.on_note) options.on_note("calibration: " + fitted.calibration->line());
  const auto& trainer = fitted.recipe.trainer;
  const bool writes = !trainer.out.empty() && (!trainer.group || trainer.group->is_first());
  if (fitted.calibration->is_changed() && writes && options.networks == 1 && !options.network)
    model.save(trainer.out / "model.safetensors");
}

TrainResult fit_one(Model& model, const TrainingData& data, const TrainingRecipe& recipe, const FitOptions& options,
                    bool keep_model) {
  torch::manual_seed(recipe.trainer.seed);
  build(model, data, recipe, options);
  auto hooks = keep_model ? with_files(model, recipe.trainer.out, options) : options.hooks;
  auto result = train_network(model, recipe, {data.train, data.validation}, options.loss, options.evaluation, hooks);
  if (result.outcome == Outcome::stopped) throw TrainingStopped(recipe.trainer.out);
  return result;
}

}  // namespace detail

TrainingStopped::TrainingStopped(const std::filesystem::path& folder)
    : Error(ErrorKind::usage,
            folder.empty() ? "training was stopped" : fmt::format("{}: training was stopped", folder.string())),
      folder_(folder) {}

TrainingRecipe default_recipe(const TrainingData& data) {
  const auto name = data.images                                ? default_image_recipe(*data.images)
                    : detail::domain_of(data) == Domain::image ? "image"
                                                               : "auto";
  return training_recipe(name, data.train.rows());
}

FittedModel fit(const TrainingData& data, const TrainingRecipe& recipe, const FitOptions& options) {
  const auto complete = detail::completed(data, recipe, options);
  FittedModel fitted{data.model, {}, recipe, complete.evaluation};
  for (int64_t i = 0; i < options.networks; ++i) {
    auto one = recipe;
    one.trainer.seed += static_cast<uint64_t>(i);
    one.trainer.time_limit = detail::next_time_limit(recipe, fitted.runs, options.networks);
    one.trainer.rows_after *= i + 1;  // the time that those before left over is part of this one's
    if (options.networks > 1) {
      if (options.on_note) options.on_note(fmt::format("network {} of {}", i + 1, options.networks));
      if (!one.trainer.out.empty()) one.trainer.out /= fmt::format("network-{}", i + 1);
    }
    auto model = data.model;
    fitted.runs.push_back(detail::fit_one(model, data, one, complete, /*keep_model=*/true));
    if (i == 0) fitted.model = std::move(model);
    else fitted.model.networks.push_back(model.network());
  }
  detail::calibrate_fitted(fitted, data, complete);
  return fitted;
}

FittedModel fit(const TrainingData& data) { return fit(data, default_recipe(data)); }

double dry_run(const TrainingData& data, const TrainingRecipe& recipe, const FitOptions& options) {
  const auto complete = detail::completed(data, recipe, options);
  torch::manual_seed(recipe.trainer.seed);
  auto model = data.model;
  detail::build(model, data, recipe, complete);
  auto trainer_options = recipe.trainer;
  apply_fine_tuning(model.network(), recipe.fine_tuning, trainer_options.optimizer.rules);
  Trainer trainer(model.network(), complete.loss, complete.evaluation, trainer_options);
  const auto batch = data.train.to(trainer_options.device).sequential(trainer_options.batch_size).next().value();
  return trainer.train_step(batch, trainer_options.optimizer.lr);
}

}  // namespace reszoo

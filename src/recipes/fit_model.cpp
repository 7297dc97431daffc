#include "reszoo/recipes/fit_model.h"

#include <limits>

namespace reszoo {

TrainResult fit_model(Model& model, const TrainingRecipe& recipe, const FitData& data, const Evaluation& evaluation,
                      TrainerHooks hooks, const std::function<void(Network&)>& on_network_built) {
  torch::manual_seed(recipe.trainer.seed);
  build_network(model, recipe, data.train);
  if (on_network_built) on_network_built(model.network());
  return train_network(model, recipe, data, loss_of(*model.target, recipe.loss), evaluation, std::move(hooks));
}

TrainResult train_network(Model& model, const TrainingRecipe& recipe, const FitData& data, const Loss& loss,
                          const Evaluation& evaluation, TrainerHooks hooks) {
  auto options = recipe.trainer;
  options.settings.update(settings_of(recipe));
  apply_fine_tuning(model.network(), recipe.fine_tuning, options.optimizer.rules);
  Trainer trainer(model.network(), loss, evaluation, options, std::move(hooks));
  return trainer.fit(data.train, data.validation);
}

double best_value(const TrainResult& result, const Evaluation& evaluation) {
  if (result.best_metrics.empty()) return std::numeric_limits<double>::quiet_NaN();
  return evaluation.monitor.value_of(result.best_metrics);
}

}  // namespace reszoo

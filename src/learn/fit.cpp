#include "reszoo/learn/fit.h"

#include <limits>

namespace reszoo {

TrainResult fit_model(Model& model, const Plan& plan, const FitData& data, const Evaluation& evaluation,
                      TrainerHooks hooks, const std::function<void(Network&)>& begin) {
  torch::manual_seed(plan.trainer.seed);
  build_network(model, plan, data.train);
  if (begin) begin(model.network());
  auto options = plan.trainer;
  options.settings.update(settings_of(plan));
  begin_fine_tuning(model.network(), plan.fine_tuning, options.optimizer.rules);
  Trainer trainer(model.network(), loss_of(*model.target, plan.loss), evaluation, options, std::move(hooks));
  return trainer.fit(data.train, data.validation);
}

double best_value(const TrainResult& result, const Evaluation& evaluation) {
  if (result.best_metrics.empty()) return std::numeric_limits<double>::quiet_NaN();
  return evaluation.monitor.value_of(result.best_metrics);
}

}  // namespace reszoo

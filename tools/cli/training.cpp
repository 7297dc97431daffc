#include "training.h"

#include "app.h"
#include "keep.h"
#include "reszoo/base/error.h"
#include "signals.h"

namespace reszoo::cli {
namespace {

namespace fs = std::filesystem;

/// Trains one network; `shown`: every epoch on the progress line, and the best
/// weights kept in the plan's folder.
TrainResult fit_one(const Training& training, Model& model, const Plan& plan, bool shown) {
  TrainerHooks hooks;
  hooks.stop_requested = [] { return signal_received() != 0; };
  hooks.on_warning = [&](const std::string& line) { training.progress.say(line); };
  hooks.on_step = [&](const Progress& p) { training.progress.step(p); };
  if (shown) hooks.on_epoch = [&](const Progress& p) { training.progress.epoch(p); };
  const auto& out = plan.trainer.out;
  if (shown && !out.empty())
    hooks.on_best = [&](const State& best, const Progress&) { model.save(out / "model.safetensors", best); };
  if (shown && !out.empty() && training.keep > 0)
    hooks.on_weights = [&](const State& weights, const std::vector<EpochRecord>& history) {
      keep_epoch(model, weights, out, history, kept_epochs(history, training.evaluation, training.keep));
    };
  const auto& dataset = training.dataset;
  const auto result =
      fit_model(model, plan, {*dataset.train, dataset.validation}, training.evaluation, hooks, training.begin);
  if (result.outcome == Outcome::stopped) {
    training.progress.say(out.empty() ? "stopped" : fmt::format("stopped in {}; --resume goes on", out.string()));
    throw Exit{128 + signal_received()};
  }
  return result;
}

fs::path part_of(const fs::path& out, const std::string& name) { return out.empty() ? out : out / name; }

/// Lets a training begin where that of `folder` ended: the best trial need not be run again.
void go_on_from(const fs::path& folder, TrainerOptions& options) {
  const auto* name = "checkpoint.safetensors";
  if (folder.empty() || !fs::exists(folder / name)) return;
  fs::copy_file(folder / name, options.out / name, fs::copy_options::overwrite_existing);
  options.resume = true;
}

}  // namespace

Trained train_networks(const Training& training, const Plan& plan, int64_t networks) {
  Trained trained{training.dataset.model, {}};
  for (int64_t i = 0; i < networks; ++i) {
    auto one = plan;
    one.trainer.seed += static_cast<uint64_t>(i);
    if (networks > 1) {
      training.progress.say(fmt::format("network {} of {}", i + 1, networks));
      one.trainer.out = part_of(plan.trainer.out, fmt::format("network-{}", i + 1));
    }
    auto model = training.dataset.model;
    trained.runs.push_back(fit_one(training, model, one, /*shown=*/true));
    if (i == 0) trained.model = std::move(model);
    else trained.model.networks.push_back(model.network());
  }
  return trained;
}

std::vector<Trial> search(const Training& training, const Plan& plan, int64_t trials) {
  const TuneOptions options{.trials = trials,
                            .seed = plan.trainer.seed,
                            .greater_is_better = training.evaluation.monitor.greater_is_better,
                            .out = part_of(plan.trainer.out, "tune")};
  const auto attempt = [&](const Plan& tried) {
    auto model = training.dataset.model;
    return best_value(fit_one(training, model, tried, /*shown=*/false), training.evaluation);
  };
  auto found = tune(plan, options, attempt, [&](const Trial& trial) {
    training.progress.say(fmt::format("trial {:3}, {:3} epochs: {:.6g}  {}", trial.number, trial.epochs, trial.value,
                                      trial.number == 0 ? "the plan itself" : trial.changes.dump()));
  });
  go_on_from(trial_folder(options, found.front()), found.front().plan.trainer);
  return found;
}

}  // namespace reszoo::cli

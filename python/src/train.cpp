// Training: of tables in memory, of files, and of folders of images.
#include "listener.h"
#include "module.h"
#include "opened.h"
#include "prepared.h"
#include "reszoo/base/json_text.h"
#include "reszoo/recipes/fit_best.h"
#include "reszoo/recipes/model_report.h"
#include "reszoo/recipes/task_metrics.h"
#include "reszoo/recipes/thresholds.h"

namespace reszoo::python {
namespace {

using nlohmann::ordered_json;

/// A trained model and what there is to say of its training.
struct Trained {
  Opened model;
  std::string results;  ///< JSON
};

ordered_json history_of(const TrainResult& run) {
  auto epochs = ordered_json::array();
  for (const auto& epoch : run.history) {
    ordered_json line{{"epoch", epoch.epoch}, {"loss", epoch.loss}, {"lr", epoch.lr}, {"seconds", epoch.seconds}};
    line["metrics"] = metrics_json(epoch.metrics);
    epochs.push_back(line);
  }
  return epochs;
}

/// What the training has found, as JSON: metrics by part, the history of each network, notes about the data.
ordered_json results_of(const FittedModel& fitted, const NamedMetrics& measured, const TrainingData& data) {
  ordered_json results{{"network", fitted.recipe.network}, {"metric", fitted.evaluation.monitor.name}};
  results["metrics"] = ordered_json::object();
  for (const auto& [part, metrics] : measured) results["metrics"][part] = metrics_json(metrics);
  results["history"] = ordered_json::array();
  double seconds = 0;
  for (const auto& run : fitted.runs) {
    results["history"].push_back(history_of(run));
    seconds += run.seconds;
  }
  results["seconds"] = seconds;
  results["notes"] = data.notes;
  if (data.left_out && !data.left_out->empty()) results["left_out"] = data.left_out->to_json();
  return results;
}

FitOptions fit_options(const Training& training, const TrainingData& data, const TrainingRecipe& recipe) {
  const auto& target = *data.model.target;
  const auto domain = registry().find(recipe.network).domain;
  FitOptions options{.networks = training.networks, .calibrate = training.calibrate};
  options.evaluation =
      evaluation_of(target, training.metric.empty() ? default_monitor(target, domain) : training.metric);
  return options;
}

FittedModel fitted(const Training& training, const Prepared& prepared, const FitOptions& options,
                   std::vector<Candidate>& leaderboard) {
  const auto& [data, recipe] = prepared;
  if (!training.is_best()) return fit(data, recipe, options);
  if (training.networks > 1) fail(ErrorKind::usage, "ensemble: does not go with the recipe best, which makes its own");
  auto best = fit_best(data, recipe, {.time_limit = recipe.trainer.time_limit, .fit = options});
  leaderboard = std::move(best.leaderboard);
  return std::move(best.fitted);
}

/// Chooses the decision thresholds, if a metric for them is given.
void tune_thresholds(const Training& training, const TrainingData& data, FittedModel& fitted) {
  if (training.threshold.empty()) return;
  const auto metric = parse_threshold_metric(training.threshold);
  if (data.validation) choose_thresholds(fitted.model, *data.validation, metric);
  else if (fitted.out_of_fold) choose_thresholds(fitted.model, *fitted.out_of_fold, metric);
  else fail(ErrorKind::usage, "threshold: needs validation rows");
}

/// Trains, measures and stores.
Trained trained(const Training& training, const Prepared& prepared, Listener& listener) {
  const auto& data = prepared.data;
  if (!training.threshold.empty()) require_thresholds(*data.model.target);
  auto options = fit_options(training, data, prepared.recipe);
  options.hooks = listener.hooks();
  std::vector<Candidate> leaderboard;
  auto result = fitted(training, prepared, options, leaderboard);
  tune_thresholds(training, data, result);
  const auto measured = evaluate_parts(result, data);
  auto results = results_of(result, measured, data);
  if (!leaderboard.empty()) results["leaderboard"] = leaderboard_json(leaderboard);
  if (!training.folder.empty()) result.model.save(training.folder / "model.safetensors");
  if (!training.report.empty()) write_report(training.report, make_report(result, data));
  return {opened(std::move(result.model), {}), json_text(results)};
}

/// Runs a training without Python's lock. `prepare` reads the data.
template <typename Prepare>
Trained run(const nb::dict& options, nb::object progress, Prepare prepare) {
  const auto training = training_of(Options(options));
  Listener listener(std::move(progress));
  const nb::gil_scoped_release unlocked;
  try {
    auto result = trained(training, prepare(training), listener);
    listener.rethrow();  // of the last step
    return result;
  } catch (const TrainingStopped& stopped) {
    listener.rethrow();
    const nb::gil_scoped_acquire lock;
    PyErr_SetString(nb::module_::import_("reszoo._errors").attr("TrainingStopped").ptr(), stopped.what());
    throw nb::python_error();
  }
}

Trained train_table(const Frame& rows, const Frame* validation, const Frame* test, const nb::dict& options,
                    nb::object progress) {
  return run(options, std::move(progress), [&](const Training& training) {
    return prepare_table(training, {&rows, validation, test});
  });
}

Trained train_files(const std::vector<std::string>& paths, const nb::dict& options, nb::object progress) {
  return run(options, std::move(progress), [&](const Training& training) { return prepare_files(training, paths); });
}

nb::dict metrics_of(const Progress& progress) {
  nb::dict metrics;
  for (const auto& [name, value] : progress.metrics) metrics[name.c_str()] = value;
  return metrics;
}

}  // namespace

void define_train(nb::module_& module) {
  nb::class_<Progress>(module, "Progress", "How far a training is.")
      .def_ro("epoch", &Progress::epoch, "from 1")
      .def_ro("epochs", &Progress::epochs)
      .def_ro("step", &Progress::step, "finished steps of this epoch")
      .def_ro("steps", &Progress::steps, "steps of an epoch")
      .def_ro("loss", &Progress::loss, "mean over the rows of the epoch so far")
      .def_ro("lr", &Progress::lr)
      .def_prop_ro("metrics", metrics_of, "of the validation rows; empty within an epoch")
      .def_ro("rows_per_second", &Progress::items_per_second)
      .def_ro("seconds_left", &Progress::seconds_left);
  nb::class_<Trained>(module, "Trained")
      .def("model", [](Trained& trained) { return std::move(trained.model); })
      .def("results", [](const Trained& trained) { return trained.results; });
  module.def("train_table", train_table, nb::arg("rows"), nb::arg("validation").none(), nb::arg("test").none(),
             nb::arg("options"), nb::arg("progress").none());
  module.def("train_files", train_files, nb::arg("paths"), nb::arg("options"), nb::arg("progress").none());
}

}  // namespace reszoo::python

// Training: of tables in memory, of files, and of folders of images.
#include <torch/types.h>

#include <chrono>
#include <exception>

#include "module.h"
#include "opened.h"
#include "reszoo/base/device.h"
#include "reszoo/base/json_text.h"
#include "reszoo/data/detect.h"
#include "reszoo/recipes/fit_best.h"
#include "reszoo/recipes/model_report.h"
#include "reszoo/recipes/task_metrics.h"
#include "reszoo/recipes/thresholds.h"
#include "training.h"

namespace reszoo::python {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr auto kBetweenSignals = std::chrono::milliseconds(50), kBetweenReports = std::chrono::milliseconds(100);
constexpr double kBestSeconds = 600;  // of the recipe `best` without a time limit, as in the tool

/// A trained model and what there is to say of its training.
struct Trained {
  Opened model;
  std::string results;  ///< JSON
};

/// Prepared data and the recipe for it.
struct Prepared {
  TrainingData data;
  TrainingRecipe recipe;
};

/// Rows in memory, and those of the other parts if they are tables of their own.
struct Tables {
  const Frame* train;
  const Frame *validation, *test;
};

/// Hands the progress to Python, and listens to its signals. An exception of Python stops the training.
class Listener {
 public:
  explicit Listener(nb::object tell) : tell_(std::move(tell)) {}

  TrainerHooks hooks() {
    TrainerHooks hooks;
    hooks.stop_requested = [this] { return is_stopped(); };
    if (tell_.is_none()) return hooks;
    hooks.on_step = [this](const Progress& now) {
      if (Clock::now() - told_ >= kBetweenReports) tell(now);
    };
    hooks.on_epoch = [this](const Progress& now) { tell(now); };
    return hooks;
  }

  /// Throws the exception of Python that stopped the training, if one did.
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  bool is_stopped() {
    if (error_ || asked_to_stop_) return true;
    if (Clock::now() - listened_ < kBetweenSignals) return false;
    listened_ = Clock::now();
    guarded([] { check_signals(); });
    return error_ != nullptr;
  }

  void tell(const Progress& now) {
    told_ = Clock::now();
    const nb::gil_scoped_acquire lock;
    guarded([&] {
      const auto answer = tell_(now);
      asked_to_stop_ = asked_to_stop_ || (PyObject_IsTrue(answer.ptr()) == 1);
    });
  }

  template <typename Action>
  void guarded(Action action) {
    try {
      action();
    } catch (const nb::python_error&) {
      error_ = std::current_exception();
    }
  }

  nb::object tell_;
  Clock::time_point told_ = {}, listened_ = {};
  std::exception_ptr error_ = {};
  bool asked_to_stop_ = false;
};

TrainingRecipe recipe_of(const Training& training, RecipeChoices choices, int64_t rows) {
  auto recipe = chosen_recipe(choices, rows);
  auto& trainer = recipe.trainer;
  trainer.seed = training.data.seed;
  trainer.device = parse_device(training.device);
  trainer.out = training.folder;
  trainer.resume = training.resume;
  trainer.time_limit = training.time_limit == 0 && training.is_best() ? kBestSeconds : training.time_limit;
  if (!trainer.out.empty()) std::filesystem::create_directories(trainer.out);
  return recipe;
}

/// Fills in the fraction of the validation rows, which the recipe `best` has none of.
TableDataOptions table_options(const Training& training) {
  auto options = training.data;
  if (options.target.empty()) fail(ErrorKind::usage, "target: must name the column to predict");
  if (!options.split.validation && options.split.validation_path.empty())
    options.split.validation = training.is_best() ? 0 : 0.1;
  return options;
}

Prepared prepared(const Training& training, TrainingData data) {
  auto recipe = recipe_of(training, training.recipe, data.train.rows());
  recipe.trainer.rows_after = report_rows(data);
  return {std::move(data), std::move(recipe)};
}

/// Validation and test rows are tables of their own.
Prepared prepare_parts(const Training& training, const Tables& tables) {
  std::vector<Frame> parts;
  std::vector<at::Tensor> rows;
  int64_t begin = 0;
  for (const auto* table : {tables.train, tables.validation, tables.test}) {
    const auto count = table == nullptr ? 0 : table->rows();
    rows.push_back(torch::arange(begin, begin + count));
    begin += count;
    if (table != nullptr) parts.push_back(*table);
  }
  return prepared(training, make_table_data(concat(parts), Split{rows[0], rows[1], rows[2]}, table_options(training)));
}

Prepared prepare_table(const Training& training, const Tables& tables) {
  if (tables.validation != nullptr || tables.test != nullptr) return prepare_parts(training, tables);
  return prepared(training, make_table_data(*tables.train, table_options(training)));
}

Prepared prepare_images(const Training& training, const std::string& path) {
  const auto options = image_options(training);
  const auto parts = read_image_splits(path, options.read);
  auto choices = training.recipe;
  if (choices.recipe.empty()) choices.recipe = default_image_recipe(parts.train);
  const auto recipe = recipe_of(training, choices, parts.train.rows());
  return {make_image_data(parts, recipe.image, options, path), recipe};
}

bool has_images(const Training& training, const std::string& path) {
  if (!training.recipe.network.empty()) return training.recipe.domain() == Domain::image;
  const auto kind = detect_data(path);
  return kind == DataKind::unknown ? std::filesystem::is_directory(path) : kind != DataKind::table;
}

Prepared prepare_files(const Training& training, const std::vector<std::string>& paths) {
  if (paths.size() == 1 && has_images(training, paths.front())) return prepare_images(training, paths.front());
  return prepared(training, read_table_data(TablePaths(paths), table_options(training)));
}

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
    return trained(training, prepare(training), listener);
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

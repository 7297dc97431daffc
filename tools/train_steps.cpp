#include "train_options.h"

#include <algorithm>
#include <iostream>

#include "cli/signals.h"
#include "reszoo/base/error.h"
#include "reszoo/recipes/task_metrics.h"

namespace reszoo::tool {
namespace {

PreparedTraining prepare_images(TrainOptions& a, const TableDataOptions& data, const cli::Common& common,
                                c10::Device device) {
  for (const auto& [given, option] :
       {std::pair(data.weight, "--sample-weight"), std::pair(data.split.group, "--groups"),
        std::pair(data.split.time, "--time"), std::pair(data.split.stratify, "--stratify")})
    if (!given.empty()) fail(ErrorKind::usage, "{}: is for tables, {} has images", option, a.data.data);
  if (a.data.paths.size() > 1) fail(ErrorKind::usage, "--data: images are in one folder, got {}", a.data.data);
  auto how = cli::image_data_options(a.images, data);
  const auto parts = read_image_splits(a.data.data, how.read);
  if (a.recipe.recipe.empty())
    a.recipe.recipe = default_image_recipe(parts.train, !a.init.empty() || !a.pretrained.empty());
  auto recipe = make_recipe(a, common, device, parts.train.rows());
  cli::apply(a.images, recipe);
  how.preprocess = start_preprocess(a);
  return {make_image_data(parts, recipe.image, how, a.data.data), recipe};
}

/// Returns the seconds of the whole command; 0 without a limit.
double limit_of(const TrainOptions& a) {
  constexpr double kBest = 600;
  if (a.time_limit.empty()) return a.is_best() ? kBest : 0;
  return parse_duration(a.time_limit);
}

}  // namespace

void check_time_limit(const TrainOptions& a, Domain domain) {
  if (!a.is_best()) return;
  if (domain != Domain::tabular) fail(ErrorKind::usage, "--recipe best: is for tables, {} has images", a.data.data);
  for (const auto& [given, option] :
       {std::pair(a.trials > 0, "--tune"), std::pair(a.folds > 0, "--folds"), std::pair(a.networks > 1, "--ensemble"),
        std::pair(a.keep > 0, "--checkpoint-hist"), std::pair(!a.init.empty(), "--initial-checkpoint")})
    if (given) fail(ErrorKind::usage, "{}: does not go with --recipe best, which trains networks of its own", option);
}

double training_seconds(const TrainOptions& a) {
  const double report = a.is_best() ? 0.08 : 0.04;  // share of the limit for what the report says of columns
  const double limit = limit_of(a);
  return limit > 0 ? std::max(limit * (1 - report) - (steady_seconds() - a.begin), 1e-3) : 0;
}

ReportTime report_time(const TrainOptions& a) {
  constexpr double kWritten = 0.99;  // share of the limit after which the report is written
  const double limit = limit_of(a);
  return limit > 0 ? ReportTime{.end = a.begin + kWritten * limit} : ReportTime{};
}

PreparedTraining prepare_training(TrainOptions& a, const cli::Common& common, c10::Device device, Domain domain) {
  // The recipe `best` validates its networks on folds of the training rows.
  if (domain == Domain::tabular && a.data.validation.empty()) a.data.validation = a.is_best() ? "0" : "0.1";
  auto options = cli::table_data_options(a.data, common.seed);
  if (!a.class_weight.empty()) options.balance = ClassBalance::weights;
  if (a.balanced_sampling) options.balance = ClassBalance::draws;
  if (domain == Domain::image) return prepare_images(a, options, common, device);
  auto data = read_table_data(a.data.paths, options);
  auto recipe = make_recipe(a, common, device, data.train.rows());
  return {std::move(data), std::move(recipe), options};
}

std::string headline(const TrainingData& data, const TrainingRecipe& recipe) {
  const auto rows = [](const std::optional<Dataset>& part) { return part ? part->rows() : 0; };
  return fmt::format("{}: {} {}, {} rows to train on, {} to validate, {} to test", recipe.network,
                     text_of(data.model.target->task()), data.model.target->name(), data.train.rows(),
                     rows(data.validation), rows(data.test));
}

std::string text_of(const Trial& trial) {
  return fmt::format("trial {:3}, {:3} epochs: {:.6g}  {}", trial.number, trial.epochs, trial.value,
                     trial.number == 0 ? "the recipe itself" : trial.changes.dump());
}

FitOptions fit_options(const TrainOptions& a, const TrainingData& data, Domain domain, cli::ProgressLine& line) {
  const auto& target = *data.model.target;
  FitOptions options{
      .on_network_built = start_weights(a), .networks = a.networks, .keep = a.keep, .calibrate = !a.no_calibration};
  options.evaluation = evaluation_of(target, a.metric.empty() ? default_monitor(target, domain) : a.metric);
  options.on_note = [&](const std::string& text) { line.say(text); };
  options.hooks.on_step = [&](const Progress& progress) { line.step(progress); };
  options.hooks.on_epoch = [&](const Progress& progress) { line.epoch(progress); };
  options.hooks.on_warning = options.on_note;
  options.hooks.stop_requested = [] { return cli::signal_received() != 0; };
  options.hooks.checkpoint_requested = cli::checkpoint_requested;
  return options;
}

}  // namespace reszoo::tool

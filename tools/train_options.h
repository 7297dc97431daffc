/// The options of the train tool.
#pragma once
#include <csignal>

#include "cli/app.h"
#include "cli/group_options.h"
#include "cli/image_options.h"
#include "cli/progress.h"
#include "cli/recipe_options.h"
#include "cli/signals.h"
#include "reszoo/base/duration.h"
#include "reszoo/distributed/slurm.h"
#include "reszoo/recipes/model_report.h"
#include "reszoo/recipes/tune.h"

namespace reszoo::tool {

struct TrainOptions {
  cli::RecipeOptions recipe;
  cli::DataOptions data;
  cli::ImageFlags images;
  cli::GroupFlags group;
  std::string init, key, pretrained, out, metric, threshold, class_weight, time_limit;
  bool adapt = false, ema = false, no_verify = false, resume = false, overwrite = false, dry_run = false;
  bool balanced_sampling = false, no_calibration = false;
  int64_t networks = 1, trials = 0, folds = 0, keep = 0, shards = 0;
  bool sync_norms = false;
  double begin = steady_seconds();  ///< when the command began

  bool is_best() const { return recipe.recipe == "best"; }
};

void add_train_options(CLI::App& app, TrainOptions& options, cli::Notes& notes);

/// Checks the options that a time limit and the recipe `best` do not go with.
/// Throws: Error (usage).
void check_time_limit(const TrainOptions& options, Domain domain);

/// Returns the seconds that are left for training, so that the command ends within its time limit; 0 without a limit.
double training_seconds(const TrainOptions& options);

/// Returns until when the report must be complete.
ReportTime report_time(const TrainOptions& options);

/// The data and the recipe of a training.
struct PreparedTraining {
  TrainingData data;
  TrainingRecipe recipe;
  TableDataOptions table = {};  ///< for tables
};

/// Builds the recipe for `rows` training rows.
/// Throws: Error (usage) for an unknown name or a value that does not fit.
TrainingRecipe make_recipe(const TrainOptions& options, const cli::Common& common, c10::Device device, int64_t rows);

/// "tabular_resnet: regression price, 800 rows to train on, …".
std::string headline(const TrainingData& data, const TrainingRecipe& recipe);

/// One line about a finished trial.
std::string text_of(const Trial& trial);

/// Reads the data and completes the recipe from it. Notes go to stderr.
/// Throws: Error that names the file, option or value.
PreparedTraining prepare_training(TrainOptions& options, const cli::Common& common, c10::Device device, Domain domain);

/// The domain of the network, or of the data if no network is named.
Domain training_domain(const TrainOptions& options);

/// Takes the network's name and options from the initial checkpoint, unless the command line names another network.
/// Options that follow from the data are not taken.
void take_start_model(TrainOptions& options);

/// The preprocessing of the model that training starts from, if it is known.
std::optional<ImagePreprocess> start_preprocess(const TrainOptions& options);

/// A function that loads the initial weights into a network; empty if there are none.
std::function<void(Network&)> start_weights(const TrainOptions& options);

/// How the networks are trained: progress goes to `line`, and a signal stops training.
FitOptions fit_options(const TrainOptions& options, const TrainingData& data, Domain domain, cli::ProgressLine& line);

/// Runs the action. If a signal stopped training, prints how to continue; if that was SIGUSR1 in a job of Slurm, asks
/// Slurm to start the job again.
/// Throws: cli::Exit if a signal stopped training.
template <typename Action>
auto until_stopped(const cli::Common& common, cli::ProgressLine& line, Action action) {
  try {
    return action();
  } catch (const TrainingStopped& stopped) {
    const auto folder = stopped.folder().string();
    line.say(folder.empty() ? "stopped" : fmt::format("stopped in {}; --resume goes on", folder));
    const int signal = cli::signal_received();
    if (signal == SIGUSR1 && common.is_first()) requeue_job();
    throw cli::Exit{128 + (signal == 0 ? SIGTERM : signal)};  // 0: another process has received one
  }
}

}  // namespace reszoo::tool

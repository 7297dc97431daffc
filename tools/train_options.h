/// All that the command line says of a training.
#pragma once
#include "cli/app.h"
#include "cli/image_options.h"
#include "cli/progress.h"
#include "cli/recipe_options.h"
#include "cli/signals.h"
#include "reszoo/recipes/fit.h"
#include "reszoo/recipes/tune.h"

namespace reszoo::tool {

struct TrainOptions {
  cli::RecipeOptions recipe;
  cli::DataOptions data;
  cli::ImageFlags images;
  std::string init, pretrained, out, metric, threshold;
  bool adapt = false, ema = false, no_verify = false, resume = false, overwrite = false, dry_run = false;
  bool class_weights = false, class_draws = false;
  int64_t networks = 1, trials = 0, folds = 0, keep = 0;
};

void add_train_options(CLI::App& app, TrainOptions& options);

/// The data and the recipe of a training.
struct PreparedTraining {
  TrainingData data;
  TrainingRecipe recipe;
  TableDataOptions table = {};  ///< of a table
};

/// The recipe of `rows` rows to train on.
/// Throws: Error (usage) for an unknown name or a value that does not fit.
TrainingRecipe make_recipe(const TrainOptions& options, const cli::Common& common, c10::Device device, int64_t rows);

/// "tabular_resnet: regression price, 800 rows to train on, …".
std::string headline(const TrainingData& data, const TrainingRecipe& recipe);

/// A line about a finished trial.
std::string text_of(const Trial& trial);

/// Reads the data and completes the recipe by it. Notes go to stderr.
/// Throws: Error that names the file, option or value.
PreparedTraining prepare_training(TrainOptions& options, const cli::Common& common, c10::Device device, Domain domain);

/// The domain of the network, or of the data where none is named.
Domain training_domain(const TrainOptions& options);

/// Takes name and options of the network over from the file that training begins with, if the command line names no
/// other network; but not what follows from the data.
void take_start_model(TrainOptions& options);

/// How the networks are trained, with progress on `line`; it stops on a signal.
FitOptions fit_options(const TrainOptions& options, const TrainingData& data, Domain domain, cli::ProgressLine& line);

/// Does the action; where a signal stopped a training, says so.
/// Throws: cli::Exit then.
template <typename Action>
auto until_stopped(cli::ProgressLine& line, Action action) {
  try {
    return action();
  } catch (const TrainingStopped& stopped) {
    const auto folder = stopped.folder().string();
    line.say(folder.empty() ? "stopped" : fmt::format("stopped in {}; --resume goes on", folder));
    throw cli::Exit{128 + cli::signal_received()};
  }
}

}  // namespace reszoo::tool

#include "train_options.h"

#include "reszoo/base/error.h"
#include "reszoo/data/detect.h"

namespace reszoo::tool {
void add_train_options(CLI::App& app, TrainOptions& a, cli::Notes& notes) {
  cli::add_data_options(app, a.data, notes);
  cli::add_recipe_options(app, a.recipe);
  cli::add_image_options(app, a.images);
  cli::add_group_options(app, a.group, true);
  app.add_option("--eval-metric", a.metric,
                 "Validation metric that selects the best epoch (rmse; classes: log_loss; images: accuracy)");
  app.add_option("--tune-threshold", a.threshold,
                 "Choose the decision threshold on the validation rows by f1, balanced_accuracy or accuracy (0.5)");
  app.add_flag("--no-calibration", a.no_calibration,
               "Leave the probabilities of classes as they are, without a temperature fitted on the validation rows");
  auto* class_weight = app.add_option("--class-weight", a.class_weight,
                                      "balanced: weight each class in the loss by the inverse of its frequency");
  class_weight->check(CLI::IsMember({"balanced"}));
  app.add_flag("--balanced-sampling", a.balanced_sampling, "Sample all classes equally often")->excludes(class_weight);
  app.add_option("--ensemble", a.networks, "Train N networks from N seeds and average their predictions (1)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--folds", a.folds, "Run K-fold cross-validation before training")->check(CLI::Range(2, 1000));
  app.add_option("--tune", a.trials, "Search hyperparameters with N trials before training")
      ->check(CLI::Range(1, 100000));
  app.add_option("--time-limit", a.time_limit,
                 "End training within this time: 90s, 10m, 1h, or seconds (best: 10m; others: no limit)")
      ->check(cli::is_duration)
      ->excludes(app.get_option("--folds"))
      ->excludes(app.get_option("--tune"));
  app.add_option(
      "--shards", a.shards,
      "Divide each batch into K shards, a power of two, so that 1, 2, 4 ... K processes end with the same bits");
  app.add_flag("--sync-norms", a.sync_norms, "Batch norms use the statistics of the whole batch, not of each process");
  auto* init =
      app.add_option("--initial-checkpoint", a.init, "Start from the weights of this file, or of hf-hub:owner/name");
  app.add_option("--pretrained", a.pretrained,
                 "Start from published weights: resnet50, resnet50.TAG or hf-hub:owner/name")
      ->excludes(app.get_option("--model"))
      ->excludes(init);
  app.add_flag("--no-verify", a.no_verify, "Do not verify the checksums of the initial weights");
  app.add_flag("--adapt", a.adapt,
               "Allow another number of outputs or input channels than --initial-checkpoint has, or no head");
  app.add_flag("--use-ema", a.ema, "Start from the averaged (EMA) weights if --initial-checkpoint has them");
  app.add_option("--key", a.key, "The weights to start from, if --initial-checkpoint has several: student")
      ->needs(init);
  app.add_option("--out", a.out, "Output folder for the model, the log and the report; nothing is written without it");
  app.add_option("--checkpoint-hist", a.keep,
                 "Also keep the models of the N best epochs, or of the N last without validation (0)")
      ->check(CLI::Range(0, 100000));
  app.add_flag("--resume", a.resume, "Continue from the checkpoint in --out")->configurable(false);
  app.add_flag("--overwrite", a.overwrite, "Replace the model that --out already holds")->configurable(false);
  app.add_flag("--dry-run", a.dry_run, "Build everything, run one batch, write nothing")->configurable(false);
}

TrainingRecipe make_recipe(const TrainOptions& a, const cli::Common& common, c10::Device device, int64_t rows) {
  auto recipe = cli::recipe_of(a.recipe, rows);
  auto& trainer = recipe.trainer;
  trainer.seed = common.seed;
  trainer.device = device;
  trainer.resume = a.resume;
  trainer.shards = a.shards;
  trainer.sync_norms = a.sync_norms;
  if (!a.dry_run) trainer.out = a.out;
  const auto& split = a.data.table.split;
  // The keys are in checkpoints and are compared on resume: they keep their names.
  trainer.settings = {
      {"data", fmt::format("{}", fmt::join(a.data.paths, ","))},
      {"target", fmt::format("{}", fmt::join(a.data.table.target, ","))},
      {"val", a.data.validation},
      {"test", a.data.test},
      {"task", a.data.task},
      {"scaling", a.data.scaling},
      {"weight", a.data.table.weight},
      {"split", fmt::format("{}", fmt::join(std::vector{split.stratify, split.group, split.time}, ","))},
      {"init", a.init + a.pretrained},
      {"metric", a.metric},
      {"balanced", !a.class_weight.empty()}};
  if (a.balanced_sampling) trainer.settings["balanced_draws"] = true;
  return recipe;
}

Domain training_domain(const TrainOptions& a) {
  if (!a.recipe.network.empty()) return a.recipe.domain();
  const auto kind = detect_data(a.data.paths.front());
  if (kind == DataKind::unknown)
    return std::filesystem::is_directory(a.data.paths.front()) ? Domain::image : Domain::tabular;
  return kind == DataKind::table ? Domain::tabular : Domain::image;
}

}  // namespace reszoo::tool

#include "train_options.h"

#include "reszoo/base/error.h"
#include "reszoo/data/detect.h"

namespace reszoo::tool {

void add_train_options(CLI::App& app, TrainOptions& a) {
  cli::add_data_options(app, a.data);
  cli::add_recipe_options(app, a.recipe);
  cli::add_image_options(app, a.images);
  app.add_option("--metric", a.metric,
                 "Which of the printed metrics decides (rmse; of classes log_loss, of images accuracy)");
  app.add_option("--threshold", a.threshold,
                 "Choose the probability that decides by the validation rows' f1, balanced_accuracy or accuracy (0.5)");
  app.add_flag("--balanced", a.class_weights, "Let every class weigh the same");
  app.add_flag("--balanced-draws", a.class_draws, "Draw every class as often as the others")->excludes("--balanced");
  app.add_option("--ensemble", a.networks, "Train so many networks from as many seeds and average them")
      ->check(CLI::Range(1, 1024));
  app.add_option("--folds", a.folds, "Cross-validate with so many folds first")->check(CLI::Range(2, 1000));
  app.add_option("--tune", a.trials, "Search among so many trials for better options first")
      ->check(CLI::Range(1, 100000));
  auto* init = app.add_option("--init", a.init, "Weights to begin with");
  app.add_option("--pretrained", a.pretrained,
                 "A network and published weights to begin with, resnet50 or resnet50.TAG")
      ->excludes(app.get_option("--model"))
      ->excludes(init);
  app.add_flag("--no-verify", a.no_verify, "Do not compare the weights to begin with with their digest");
  app.add_flag("--adapt", a.adapt, "Let --init have another number of outputs or channels");
  app.add_flag("--ema", a.ema, "Of an --init that has averaged weights too, take these");
  app.add_option("--out", a.out, "Folder for the model, the log and the report; left out, nothing is written");
  app.add_option("--keep", a.keep,
                 "Also keep the models of so many best epochs, of the last ones without validation (0)")
      ->check(CLI::Range(0, 100000));
  app.add_flag("--resume", a.resume, "Go on from the checkpoint in --out")->configurable(false);
  app.add_flag("--overwrite", a.overwrite, "Allow an --out that holds a model")->configurable(false);
  app.add_flag("--dry-run", a.dry_run, "Build all, run one batch, write nothing")->configurable(false);
}

TrainingRecipe make_recipe(const TrainOptions& a, const cli::Common& common, c10::Device device, int64_t rows) {
  auto recipe = cli::recipe_of(a.recipe, rows);
  auto& trainer = recipe.trainer;
  trainer.seed = common.seed;
  trainer.device = device;
  trainer.resume = a.resume;
  if (!a.dry_run) trainer.out = a.out;
  const auto& split = a.data.table.split;
  trainer.settings = {
      {"data", a.data.data},
      {"target", fmt::format("{}", fmt::join(a.data.table.target, ","))},
      {"val", a.data.validation},
      {"test", a.data.test},
      {"task", a.data.task},
      {"scaling", a.data.scaling},
      {"weight", a.data.table.weight},
      {"split", fmt::format("{}", fmt::join(std::vector{split.stratify, split.group, split.time}, ","))},
      {"init", a.init + a.pretrained},
      {"metric", a.metric},
      {"balanced", a.class_weights}};
  if (a.class_draws) trainer.settings["balanced_draws"] = true;
  return recipe;
}

Domain training_domain(const TrainOptions& a) {
  if (!a.recipe.network.empty()) return cli::domain_of(a.recipe);
  const auto kind = detect_data(a.data.data);
  return kind == DataKind::table || kind == DataKind::unknown ? Domain::tabular : Domain::image;
}

}  // namespace reszoo::tool

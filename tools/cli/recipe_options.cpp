#include "recipe_options.h"

#include "model_options.h"
#include "reszoo/base/error.h"

namespace reszoo::cli {
namespace {

template <typename Value, typename Place>
void set(const std::optional<Value>& given, Place& place) {
  if (given) place = *given;
}

void set_optimizer(TrainerOptions& trainer, const RecipeOptions& given) {
  auto& optimizer = trainer.optimizer;
  if (given.optimizer) choose_optimizer(trainer, parse_optimizer(*given.optimizer));
  set(given.clip_norm, trainer.max_grad_norm);
  set(given.lr, optimizer.lr);
  set(given.weight_decay, optimizer.weight_decay);
  set(given.momentum, optimizer.momentum);
  optimizer.nesterov = optimizer.nesterov && optimizer.momentum > 0;
  if (given.no_norm_decay) optimizer.decay_norms_and_biases = false;
}

void add_fine_tuning(CLI::App& app, FineTuning& o) {
  app.add_option("--layer-decay", o.layer_decay,
                 "Rate of each layer as a share of that of the next one, towards the head (1)")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--body-lr-factor", o.body_lr_factor, "Rate of all but the head as a share of the head's (1)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--freeze", o.freeze, "Parameters that stay as they are, by pattern: 'layer1.*', or '*' for all");
  app.add_option("--unfreeze", o.unfreeze, "Parameters that are trained although --freeze names them: 'fc.*'");
  app.add_flag("--freeze-norms", o.freeze_norms, "Batch norms keep their statistics, weights and biases");
}

}  // namespace

void add_recipe_options(CLI::App& app, RecipeOptions& o) {
  app.add_option("--model", o.network, "Name of a network, see reszoo-models (tabular_resnet)");
  app.add_option("--recipe", o.recipe,
                 "How it is built and trained: auto or paper of tables (auto); image, cifar, torchvision-v1, timm-a3 "
                 "or finetune of images (by size)");
  add_model_options(app, o.settings);
  app.add_option("--bins", o.bins, "Most bins a number, of piecewise-linear embeddings (48)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--binning", o.binning, "Where they are cut: at quantiles, or by a tree on the number (quantile)");
  app.add_option("--epochs", o.epochs, "Most passes over the data (200; paper 20; images 15)")
      ->check(CLI::PositiveNumber);
  app.add_option("--patience", o.patience,
                 "Stop after so many epochs without a better metric; 0 never (16; paper and images 0)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--batch-size", o.batch_size, "Rows a step (128 to 1024 by the number of rows; paper 256; images 128)")
      ->check(CLI::Range(2, 1 << 24));
  app.add_option("--optimizer", o.optimizer, "adamw, sgd, adam, rmsprop, lamb or lion (adamw; images sgd)");
  app.add_option("--lr", o.lr, "Learning rate (0.002; paper, adam and lamb 0.001; sgd 0.1; rmsprop 0.01; lion 0.0001)")
      ->check(CLI::PositiveNumber);
  app.add_option("--weight-decay", o.weight_decay, "(3e-4; paper 1e-5; images 5e-4)")->check(CLI::NonNegativeNumber);
  app.add_option("--momentum", o.momentum, "Of sgd (0.9) and rmsprop (0)")->check(CLI::Range(0.0, 1.0));
  app.add_option("--schedule", o.schedule,
                 "constant, cosine, step, multistep, polynomial, one_cycle or plateau, with :values, "
                 "as step:0.3,factor=0.5,warmup=0.05 (constant; images cosine:0.05)");
  app.add_option("--clip-norm", o.clip_norm,
                 "Largest norm of the gradients; 0 does not clip (1; lamb 1; paper and images 0)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--average", o.average,
                 "What the average of the weights keeps at a step; 0 none (0.99; paper and images 0)")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--loss", o.loss,
                 "Of numbers: mse, mae or huber (mse); of counts: poisson; of classes: cross_entropy, bce or "
                 "focal:gamma=2 (cross_entropy)");
  app.add_flag("--no-norm-decay", o.no_norm_decay,
               "No weight decay of norms and biases (as is usual of auto and timm-a3)");
  app.add_option("--accumulate", o.accumulate, "Run a batch in so many parts and add up their gradients (1)")
      ->check(CLI::PositiveNumber);
  app.add_option("--precision", o.precision, "Of products in training: float32, bfloat16 or float16 (float32)");
  app.add_option("--on-nonfinite", o.on_nonfinite,
                 "Of a step whose loss or gradient is not finite: stop or skip (stop)");
  app.add_flag("--tensorboard", o.events, "Also write an event file for TensorBoard to --out");
  app.add_option("--checkpoint-every", o.checkpoint_every,
                 "Seconds behind which a checkpoint is also written within an epoch; 0 never (600)")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--no-fast", o.no_fast, "Train by LibTorch's modules instead of fused passes");
  app.add_option("--label-smoothing", o.label_smoothing, "Of classes (0)")->check(CLI::Range(0.0, 1.0));
  add_fine_tuning(app, o.fine_tuning);
}

Domain domain_of(const RecipeOptions& options) {
  return options.network.empty() ? Domain::tabular : registry().find(options.network).domain;
}

TrainingRecipe recipe_of(const RecipeOptions& given, int64_t rows) {
  const bool images = domain_of(given) == Domain::image;
  auto recipe = training_recipe(!given.recipe.empty() ? given.recipe : images ? "image" : "auto", rows);
  if (!given.network.empty()) recipe.network = given.network;
  if (given.network_options) recipe.options = *given.network_options;
  const auto domain = registry().find(recipe.network).domain;
  recipe.options.update(to_json(options_from_json(domain, parse_settings(given.settings))));
  set(given.bins, recipe.bins);
  if (given.binning) recipe.binning = parse_binning(*given.binning);
  auto& trainer = recipe.trainer;
  set(given.epochs, trainer.epochs);
  set(given.patience, trainer.patience);
  set(given.batch_size, trainer.batch_size);
  set(given.average, trainer.ema_decay);
  trainer.fast = !given.no_fast;
  set_optimizer(trainer, given);
  if (given.schedule) choose_schedule(trainer, *given.schedule);
  set(given.accumulate, trainer.gradient_accumulation_steps);
  if (given.precision) trainer.precision = parse_precision(*given.precision);
  if (given.on_nonfinite) trainer.on_nonfinite = parse_on_nonfinite(*given.on_nonfinite);
  trainer.events = given.events;
  set(given.checkpoint_every, trainer.checkpoint_every);
  if (given.loss) recipe.loss.choose(*given.loss);
  set(given.label_smoothing, recipe.loss.label_smoothing);
  recipe.fine_tuning = given.fine_tuning;
  return recipe;
}

}  // namespace reszoo::cli

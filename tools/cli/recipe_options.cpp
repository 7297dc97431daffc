#include "recipe_options.h"

#include "model_options.h"

namespace reszoo::cli {
namespace {

void add_fine_tuning(CLI::App& app, FineTuning& o) {
  app.add_option("--layer-decay", o.layer_decay,
                 "Layer-wise learning-rate decay: rate of a layer / rate of the next one towards the head (1)")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--body-lr-factor", o.body_lr_factor,
                 "Learning rate of all layers but the head, as a multiple of the head's (1)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--freeze", o.freeze, "Patterns of parameters to freeze: 'layer1.*', or '*' for all");
  app.add_option("--unfreeze", o.unfreeze, "Patterns of parameters to train although --freeze matches them: 'fc.*'");
  app.add_flag("--freeze-norms", o.freeze_norms, "Freeze the statistics, weights and biases of all batch norms");
}

}  // namespace

void add_recipe_options(CLI::App& app, RecipeOptions& o) {
  app.add_option("--model", o.network, "Network, see reszoo-models (tabular_resnet)");
  app.add_option(
      "--recipe", o.recipe,
      "Training recipe. Tables: auto, fast, best or paper (auto). Images: image, cifar, torchvision-v1, timm-a3 or "
      "finetune (by image size)");
  add_model_options(app, o.settings);
  app.add_option("--n-bins", o.bins, "Largest number of bins per feature of the piecewise-linear embeddings (64)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--binning", o.binning,
                 "How bin edges are chosen: quantile, or tree (splits of a decision tree) (tree)");
  app.add_option(
         "--epochs", o.epochs,
         "Largest number of epochs (100 to 8 by the number of rows, fewer of millions, twice as many if the run "
         "still improves halfway; paper: 20; images: 15)")
      ->check(CLI::PositiveNumber);
  app.add_option("--patience", o.patience,
                 "Early stopping: epochs without improvement of --eval-metric; 0: never (a fifth of the "
                 "epochs; paper, images: 0)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--batch-size", o.batch_size, "Batch size (64 to 512 by the number of rows; paper: 256; images: 128)")
      ->check(CLI::Range(2, 1 << 24));
  app.add_option("--opt", o.optimizer,
                 "Optimizer: adamw, sgd, adam, rmsprop, lamb, lion or muon (muon; paper: adamw; images: sgd)");
  app.add_option("--shuffle-window", o.shuffle_window,
                 "Tables: rows that are shuffled at a time if there are more to train on; 0: all (4194304)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--lr", o.lr,
                 "Learning rate (0.005; paper, adam, lamb, muon: 0.001; sgd: 0.1; rmsprop: 0.01; lion: 0.0001)")
      ->check(CLI::PositiveNumber);
  app.add_option("--weight-decay", o.weight_decay, "Weight decay (3e-4; paper: 1e-5; images: 5e-4)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--momentum", o.momentum, "Momentum of sgd (0.9), muon (0.95) and rmsprop (0)")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option(
      "--sched", o.schedule,
      "Learning-rate schedule: constant, cosine, step, multistep, polynomial, one_cycle or plateau, with "
      ":values, for example step:0.3,factor=0.5,warmup=0.05 (polynomial:1,warmup=0.03; paper: constant; images: "
      "cosine:0.05)");
  app.add_option("--clip-grad", o.clip_grad,
                 "Clip the gradient norm to this value; 0: do not clip (1; lamb: 1; paper, images: 0)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--model-ema-decay", o.ema_decay,
                 "Decay of the moving average of the weights (EMA); 0: no average (0.99; paper, images: 0)")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--loss", o.loss,
                 "Loss. Regression: mse, mae or huber (mse). Counts: poisson. Classes: cross_entropy, bce or "
                 "focal:gamma=2 (cross_entropy)");
  app.add_flag("--no-norm-decay", o.no_norm_decay,
               "No weight decay on norms and biases (auto and timm-a3: already off)");
  app.add_option("--grad-accum-steps", o.grad_accum_steps,
                 "Split each batch into N parts and accumulate their gradients (1)")
      ->check(CLI::PositiveNumber);
  app.add_option("--precision", o.precision, "Autocast precision of training: float32, bfloat16 or float16 (float32)");
  app.add_option("--on-nonfinite", o.on_nonfinite,
                 "If the loss or a gradient is not finite: stop, or skip the step (stop)");
  app.add_flag("--tensorboard", o.events, "Also write a TensorBoard event file to --out");
  app.add_option("--checkpoint-every", o.checkpoint_every,
                 "Also write a checkpoint within an epoch every N seconds; 0: never (600)")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--no-fuse", o.no_fuse, "Train with LibTorch's modules instead of the fused passes");
  app.add_option("--smoothing", o.smoothing, "Label smoothing (0)")->check(CLI::Range(0.0, 1.0));
  add_fine_tuning(app, o.fine_tuning);
}

TrainingRecipe recipe_of(const RecipeOptions& given, int64_t rows) {
  RecipeChoices choices = given;
  choices.options = parse_settings(given.settings);
  return chosen_recipe(choices, rows);
}

}  // namespace reszoo::cli

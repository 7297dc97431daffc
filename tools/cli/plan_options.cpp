#include "plan_options.h"

#include "model_options.h"
#include "reszoo/base/error.h"
#include "reszoo/preprocess/json_field.h"
#include "reszoo/weights/model_file.h"

namespace reszoo::cli {
namespace {

template <typename Value, typename Place>
void set(const std::optional<Value>& given, Place& place) {
  if (given) place = *given;
}

void choose_optimizer(OptimizerOptions& optimizer, const PlanOptions& given) {
  if (given.optimizer && parse_optimizer(*given.optimizer) != optimizer.kind) {
    optimizer.kind = parse_optimizer(*given.optimizer);
    optimizer.lr = optimizer.kind == OptimizerKind::sgd ? 0.1 : 1e-3;
  }
  set(given.lr, optimizer.lr);
  set(given.weight_decay, optimizer.weight_decay);
  set(given.momentum, optimizer.momentum);
  optimizer.nesterov = optimizer.kind == OptimizerKind::sgd && optimizer.momentum > 0;
}

}  // namespace

void add_plan_options(CLI::App& app, PlanOptions& o) {
  app.add_option("--model", o.network, "Name of a network, see reszoo-models (tabular_resnet)");
  app.add_option("--recipe", o.recipe, "How it is built and trained: auto or paper of tables (auto), image of pictures");
  add_model_options(app, o.settings);
  app.add_option("--bins", o.bins, "Most bins a number, of piecewise-linear embeddings (48)")->check(CLI::Range(1, 1024));
  app.add_option("--binning", o.binning, "Where they are cut: at quantiles, or by a tree on the number (quantile)");
  app.add_option("--epochs", o.epochs, "Most passes over the data (200; paper 20; images 15)")->check(CLI::PositiveNumber);
  app.add_option("--patience", o.patience, "Stop after so many epochs without a better metric; 0 never (16; paper and images 0)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--batch-size", o.batch_size, "Rows a step (128 to 1024 by the number of rows; paper 256; images 128)")
      ->check(CLI::Range(2, 1 << 24));
  app.add_option("--optimizer", o.optimizer, "adamw or sgd (adamw; images sgd)");
  app.add_option("--lr", o.lr, "Learning rate (0.002; paper 0.001; sgd 0.1)")->check(CLI::PositiveNumber);
  app.add_option("--weight-decay", o.weight_decay, "(3e-4; paper 1e-5; images 5e-4)")->check(CLI::NonNegativeNumber);
  app.add_option("--momentum", o.momentum, "Of sgd (0.9)")->check(CLI::Range(0.0, 1.0));
  app.add_option("--schedule", o.schedule, "constant, cosine, step, with :fraction (constant; images cosine:0.05)");
  app.add_option("--clip-norm", o.clip_norm, "Largest norm of the gradients; 0 does not clip (1; paper and images 0)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--average", o.average, "What the average of the weights keeps at a step; 0 none (0.99; paper and images 0)")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--loss", o.loss, "Of numbers: mse, mae or huber (mse)");
  app.add_flag("--no-fast", o.no_fast, "Train by LibTorch's modules instead of fused passes");
  app.add_option("--label-smoothing", o.label_smoothing, "Of classes (0)")->check(CLI::Range(0.0, 1.0));
}

void begin_with(PlanOptions& options, const std::filesystem::path& weights) {
  if (detect_weights(weights) != WeightsKind::model_file) return;
  const auto card = read_model_file(weights, {.verify = false}).card;  // whoever loads the weights verifies them
  if (card.value("kind", "") != "model") return;
  const auto name = json_field<std::string>(card, "model", weights.string());
  if (!options.network.empty() && options.network != name) return;
  options.network = name;
  options.network_options = json_field<nlohmann::json>(card, "options", weights.string());
  for (const auto* of_data : {"outputs", "channels", "numeric", "cardinalities"}) options.network_options->erase(of_data);
}

Domain domain_of(const PlanOptions& options) {
  return options.network.empty() ? Domain::tabular : registry().find(options.network).domain;
}

Plan plan_of(const PlanOptions& given, int64_t rows) {
  const bool pictures = domain_of(given) == Domain::image;
  auto plan = named_plan(!given.recipe.empty() ? given.recipe : pictures ? "image" : "auto", rows);
  if (!given.network.empty()) plan.network = given.network;
  if (given.network_options) plan.options = *given.network_options;
  plan.options.update(to_json(parse_model_options(registry().find(plan.network), given.settings)));
  set(given.bins, plan.bins);
  if (given.binning) plan.binning = parse_binning(*given.binning);
  auto& trainer = plan.trainer;
  set(given.epochs, trainer.epochs);
  set(given.patience, trainer.patience);
  set(given.batch_size, trainer.batch_size);
  set(given.clip_norm, trainer.clip_norm);
  set(given.average, trainer.average);
  trainer.fast = !given.no_fast;
  choose_optimizer(trainer.optimizer, given);
  if (given.schedule) trainer.schedule = Schedule::parse(*given.schedule);
  if (given.loss) plan.loss.number = parse_number_loss(*given.loss);
  set(given.label_smoothing, plan.loss.label_smoothing);
  return plan;
}

}  // namespace reszoo::cli

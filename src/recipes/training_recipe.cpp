#include "reszoo/recipes/training_recipe.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "image_recipes.h"
#include "reszoo/base/names.h"
#include "reszoo/preprocess/bins.h"
#include "reszoo/recipes/training_data.h"
#include "reszoo/train/freeze.h"

namespace reszoo {
namespace {

/// Smallest number of rows in a bin that a tree chooses. The paper tunes it.
constexpr int64_t kRowsInTreeBin = 32;

constexpr int64_t kManyRows = 1'000'000;

/// Returns the batch size: enough steps per epoch for small tables, full use of the cores for large ones.
int64_t batch_size_for(int64_t rows) {
  if (rows < 1'500) return 64;
  if (rows < 6'000) return 128;
  return rows < 128'000 ? 256 : 512;
}

/// Returns the number of epochs, with which twice the rows take 1.6 times as long: 8 of a million rows, 1 of 150
/// million.
int64_t epochs_for(int64_t rows) {
  const auto of = [rows](double epochs, double many) {
    return std::lround(epochs * std::cbrt(many / static_cast<double>(std::max<int64_t>(rows, 1))));
  };
  return rows > kManyRows ? std::max<int64_t>(of(8, kManyRows), 1) : std::clamp<int64_t>(of(60, 1000), 8, 100);
}

TrainingRecipe auto_recipe(int64_t rows) {
  TrainingRecipe recipe;
  recipe.options = {{"members", 8},       {"blocks", 2},    {"width", 96},
                    {"hidden_factor", 1}, {"dropout", 0.1}, {"numeric_embedding", "piecewise"},
                    {"numeric_width", 16}};
  recipe.bins = 64;
  recipe.binning = Binning::tree;
  recipe.trainer.planned_epochs = epochs_for(rows);
  recipe.trainer.epochs = 2 * recipe.trainer.planned_epochs;
  recipe.trainer.patience = std::max<int64_t>(recipe.trainer.planned_epochs / 5, 4);
  recipe.trainer.schedule = Schedule::parse("polynomial:1,warmup=0.03");
  recipe.trainer.batch_size = batch_size_for(rows);
  recipe.trainer.optimizer = OptimizerOptions::defaults(OptimizerKind::muon);
  recipe.trainer.optimizer.lr = 5e-3;
  recipe.trainer.optimizer.weight_decay = 3e-4;
  recipe.trainer.optimizer.decay_norms_and_biases = false;
  recipe.trainer.max_grad_norm = 1;
  recipe.trainer.ema_decay = 0.99;
  return recipe;
}

TrainingRecipe fast_recipe(int64_t rows) {
  auto recipe = auto_recipe(rows);
  const auto epochs = std::exchange(recipe.trainer.planned_epochs, 0);
  recipe.trainer.epochs = std::max<int64_t>({epochs / 4, std::min<int64_t>(epochs * 3 / 8, 3), 1});
  return recipe;
}

TrainingRecipe paper_recipe(int64_t) {
  TrainingRecipe recipe;
  recipe.trainer.epochs = 20;
  recipe.trainer.batch_size = 256;
  recipe.trainer.optimizer.lr = 1e-3;
  recipe.trainer.optimizer.weight_decay = 1e-5;
  return recipe;
}

constexpr Named<TrainingRecipe (*)(int64_t rows)> kRecipes[] = {{"auto", auto_recipe},
                                                                {"fast", fast_recipe},
                                                                {"best", auto_recipe},
                                                                {"paper", paper_recipe},
                                                                {"image", detail::image_recipe},
                                                                {"cifar", detail::cifar_recipe},
                                                                {"torchvision-v1", detail::torchvision_recipe},
                                                                {"timm-a3", detail::timm_a3_recipe},
                                                                {"finetune", detail::finetune_recipe}};

constexpr Named<Binning> kBinnings[] = {{"quantile", Binning::quantile}, {"tree", Binning::tree}};

Bins bins_of(const Model& model, const TrainingRecipe& recipe, const Dataset& all) {
  const auto rows = sample_of(all, recipe.trainer.seed);
  const auto numbers = rows.inputs().narrow(1, 0, model.table->numeric_count()).cpu();
  const auto targets = rows.targets().cpu();
  const bool several = targets.dim() > 1 && targets.size(1) > 1;
  if (recipe.binning == Binning::quantile || several) return quantile_bins(numbers, recipe.bins);
  return tree_bins(
      numbers, targets.flatten(),
      {.bins = recipe.bins, .classification = !targets.is_floating_point(), .min_samples_leaf = kRowsInTreeBin});
}

/// Returns the recipe's options, completed from the training rows of a table.
nlohmann::json options_for_rows(const Model& model, const TrainingRecipe& recipe, const Dataset& rows) {
  const auto numeric = model.table->numeric_count();
  nlohmann::json options{
      {"outputs", model.target->outputs()}, {"numeric", numeric}, {"cardinalities", model.table->cardinalities()}};
  options.update(recipe.options);
  if (numeric == 0)
    for (const auto* name : {"numeric_embedding", "numeric_width"}) options.erase(name);
  const bool cut = options.value("numeric_embedding", "").starts_with("piecewise");
  if (cut && !options.contains("bins")) options["bins"] = bins_of(model, recipe, rows);
  return options;
}

nlohmann::json options_for_images(const Model& model, const TrainingRecipe& recipe, const Dataset& images) {
  nlohmann::json options{{"outputs", model.target->outputs()}, {"channels", images.input_shape().front()}};
  options.update(recipe.options);
  return options;
}

}  // namespace

Binning parse_binning(std::string_view text) { return parse_name("binning", kBinnings, text); }

std::string text_of(Binning binning) { return name_of(kBinnings, binning); }

TrainingRecipe training_recipe(std::string_view name, int64_t rows) {
  return parse_name("recipe", kRecipes, name)(rows);
}

void choose_optimizer(TrainerOptions& options, OptimizerKind kind) {
  auto& optimizer = options.optimizer;
  if (kind == optimizer.kind) return;
  auto other = OptimizerOptions::defaults(kind);
  other.weight_decay = optimizer.weight_decay;
  other.decay_norms_and_biases = optimizer.decay_norms_and_biases;
  optimizer = std::move(other);
  optimizer.nesterov = kind == OptimizerKind::sgd;
  if (kind == OptimizerKind::lamb) options.max_grad_norm = 1;
}

void choose_schedule(TrainerOptions& options, std::string_view text) {
  if (!text.starts_with("plateau")) {
    options.schedule = Schedule::parse(text);
    return;
  }
  options.plateau = PlateauOptions::parse(text);
  options.schedule = {};
}

nlohmann::ordered_json settings_of(const TrainingRecipe& recipe) {
  nlohmann::ordered_json settings{{"model", recipe.network},    {"options", recipe.options.dump()},
                                  {"bins", recipe.bins},        {"binning", text_of(recipe.binning)},
                                  {"loss", recipe.loss.number}, {"label_smoothing", recipe.loss.label_smoothing}};
  // Only values that differ from the defaults are written, so that a checkpoint without them can still be resumed.
  const auto& tuning = recipe.fine_tuning;
  if (recipe.loss.classes != LossOptions{}.classes) settings["class_loss"] = recipe.loss.classes;
  if (!tuning.freeze.empty()) settings["freeze"] = fmt::format("{}", fmt::join(tuning.freeze, " "));
  if (!tuning.unfreeze.empty()) settings["unfreeze"] = fmt::format("{}", fmt::join(tuning.unfreeze, " "));
  settings.update(recipe.image.to_json());
  if (tuning.freeze_norms) settings["freeze_norms"] = true;
  if (tuning.layer_decay != 1) settings["layer_decay"] = tuning.layer_decay;
  if (tuning.body_lr_factor != 1) settings["body_lr_factor"] = tuning.body_lr_factor;
  return settings;
}

void build_network(Model& model, const TrainingRecipe& recipe, const Dataset& rows) {
  const auto& info = registry().find(recipe.network);
  const bool table = info.domain == Domain::tabular;
  if (!model.target) fail(ErrorKind::usage, "{}: the model needs a target, which says the outputs", recipe.network);
  if (table && !model.table)
    fail(ErrorKind::usage, "{}: reads rows of a table, whose preprocessing the model lacks", recipe.network);
  model.name = recipe.network;
  model.options = options_from_json(
      info.domain, table ? options_for_rows(model, recipe, rows) : options_for_images(model, recipe, rows));
  model.networks = {create_model(model.name, model.options)};
}

void apply_fine_tuning(Network& network, const FineTuning& tuning, std::vector<ParameterRule>& rules) {
  for (const auto& pattern : tuning.freeze) freeze(*network, pattern);
  for (const auto& pattern : tuning.unfreeze) unfreeze(*network, pattern);
  if (tuning.freeze_norms) freeze_norms(*network);
  const auto parameters = network->parameters();
  if (std::none_of(parameters.begin(), parameters.end(), [](const Tensor& p) { return p.requires_grad(); }))
    fail(ErrorKind::usage, "freeze: a parameter must be left to train, got {} frozen of {}; unfreeze {}.*",
         parameters.size(), parameters.size(), network->head_path());
  const auto add = [&](const std::vector<ParameterRule>& more) { rules.insert(rules.end(), more.begin(), more.end()); };
  if (tuning.layer_decay != 1) add(layer_decay_rules(*network, tuning.layer_decay));
  if (tuning.body_lr_factor != 1) add(head_lr_rules(*network, tuning.body_lr_factor));
}

}  // namespace reszoo

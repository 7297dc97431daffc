#include "reszoo/recipes/recipe_choices.h"

#include "reszoo/zoo/registry.h"

namespace reszoo {
namespace {

template <typename Value, typename Place>
void choose(const std::optional<Value>& chosen, Place& place) {
  if (chosen) place = *chosen;
}

void choose_optimizer_values(TrainerOptions& trainer, const RecipeChoices& chosen) {
  auto& optimizer = trainer.optimizer;
  if (chosen.optimizer) choose_optimizer(trainer, parse_optimizer(*chosen.optimizer));
  choose(chosen.clip_grad, trainer.max_grad_norm);
  choose(chosen.lr, optimizer.lr);
  choose(chosen.weight_decay, optimizer.weight_decay);
  choose(chosen.momentum, optimizer.momentum);
  optimizer.nesterov = optimizer.nesterov && optimizer.momentum > 0;
  if (chosen.no_norm_decay) optimizer.decay_norms_and_biases = false;
}

void choose_trainer_values(TrainerOptions& trainer, const RecipeChoices& chosen) {
  if (chosen.epochs) trainer.planned_epochs = 0;
  choose(chosen.epochs, trainer.epochs);
  choose(chosen.patience, trainer.patience);
  choose(chosen.batch_size, trainer.batch_size);
  choose(chosen.ema_decay, trainer.ema_decay);
  choose(chosen.shuffle_window, trainer.shuffle_window);
  trainer.fast = !chosen.no_fuse;
  choose_optimizer_values(trainer, chosen);
  if (chosen.schedule) choose_schedule(trainer, *chosen.schedule);
  choose(chosen.grad_accum_steps, trainer.gradient_accumulation_steps);
  if (chosen.precision) trainer.precision = parse_precision(*chosen.precision);
  if (chosen.on_nonfinite) trainer.on_nonfinite = parse_on_nonfinite(*chosen.on_nonfinite);
  trainer.events = chosen.events;
  choose(chosen.checkpoint_every, trainer.checkpoint_every);
}

}  // namespace

Domain RecipeChoices::domain() const { return network.empty() ? Domain::tabular : registry().find(network).domain; }

TrainingRecipe chosen_recipe(const RecipeChoices& choices, int64_t rows) {
  const auto* by_domain = choices.domain() == Domain::image ? "image" : "auto";
  auto recipe = training_recipe(choices.recipe.empty() ? by_domain : choices.recipe, rows);
  if (!choices.network.empty()) recipe.network = choices.network;
  if (choices.network_options) recipe.options = *choices.network_options;
  const auto domain = registry().find(recipe.network).domain;
  recipe.options.update(to_json(options_from_json(domain, choices.options)));
  choose(choices.bins, recipe.bins);
  if (choices.binning) recipe.binning = parse_binning(*choices.binning);
  choose_trainer_values(recipe.trainer, choices);
  if (choices.loss) recipe.loss.choose(*choices.loss);
  choose(choices.smoothing, recipe.loss.label_smoothing);
  recipe.fine_tuning = choices.fine_tuning;
  return recipe;
}

}  // namespace reszoo

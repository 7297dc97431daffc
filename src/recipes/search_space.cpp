#include "search_space.h"

namespace reszoo::detail {

std::vector<SearchParameter> search_space(const TrainingRecipe& recipe) {
  // k networks in one need less width and cost k times as much.
  const bool many = recipe.options.value("members", 0) > 0;
  std::vector<SearchParameter> space{
      {.name = "blocks", .low = 1, .high = many ? 3.0 : 4.0, .step = 1},
      {.name = "width", .low = many ? 48.0 : 64.0, .high = many ? 192.0 : 384.0, .step = many ? 16.0 : 32.0}};
  if (recipe.network == "tabular_resnet")
    space.push_back({.name = "hidden_factor", .low = many ? 0.5 : 1, .high = many ? 2.0 : 4.0});
  space.push_back({.name = "dropout", .low = 0, .high = 0.5, .zero = 0.2});
  if (recipe.bins > 0) space.push_back({.name = "bins", .low = 2, .high = 64, .step = 1});
  if (recipe.options.contains("numeric_width"))
    space.push_back({.name = "numeric_width", .low = 4, .high = 32, .step = 4});
  space.push_back({.name = "lr", .low = 3e-4, .high = 1e-2, .logarithmic = true});
  space.push_back({.name = "weight_decay", .low = 1e-4, .high = 0.1, .logarithmic = true, .zero = 0.2});
  return space;
}

std::optional<double> value_of(const TrainingRecipe& recipe, const std::string& parameter) {
  if (parameter == "lr") return recipe.trainer.optimizer.lr;
  if (parameter == "weight_decay") return recipe.trainer.optimizer.weight_decay;
  if (parameter == "bins") return static_cast<double>(recipe.bins);
  if (!recipe.options.contains(parameter)) return std::nullopt;
  return recipe.options.at(parameter).get<double>();
}

void set_value(Trial& trial, const SearchParameter& parameter, double value) {
  auto& [number, recipe, changes, epochs, result] = trial;
  auto& change = changes[parameter.name];
  if (parameter.step > 0) change = static_cast<int64_t>(value);
  else change = value;
  if (parameter.name == "lr") recipe.trainer.optimizer.lr = value;
  else if (parameter.name == "weight_decay") recipe.trainer.optimizer.weight_decay = value;
  else if (parameter.name == "bins") recipe.bins = static_cast<int64_t>(value);
  else recipe.options[parameter.name] = change;
}

}  // namespace reszoo::detail

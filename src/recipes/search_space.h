/// What a search of hyperparameters varies.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "reszoo/recipes/tune.h"

namespace reszoo::detail {

/// A number that a search draws: 0 with probability `zero`, else from `low` to `high`.
struct SearchParameter {
  std::string name;
  double low, high;
  double step = 0;           ///< 0: any number, rounded to three digits
  bool logarithmic = false;  ///< its logarithm is uniform; without a step
  double zero = 0;
};

/// Returns what is varied for this recipe, in the order of drawing.
std::vector<SearchParameter> search_space(const TrainingRecipe& recipe);

/// Returns the value that a recipe has; nothing if it leaves it to the network.
std::optional<double> value_of(const TrainingRecipe& recipe, const std::string& parameter);

/// Sets the value, and notes the change.
void set_value(Trial& trial, const SearchParameter& parameter, double value);

}  // namespace reszoo::detail

/// What a Python program says of a training. Private.
#pragma once
#include <string>

#include "options.h"
#include "reszoo/recipes/image_data.h"
#include "reszoo/recipes/recipe_choices.h"
#include "reszoo/recipes/table_data.h"

namespace reszoo::python {

/// The options of `train`.
struct Training {
  TableDataOptions data = {};
  RecipeChoices recipe = {};
  std::string metric = {}, threshold = {}, device = "auto";
  std::filesystem::path folder = {}, report = {};
  bool resume = false, calibrate = true;
  int64_t networks = 1;
  double time_limit = 0;  ///< seconds; 0: none

  bool is_best() const { return recipe.recipe == "best"; }
};

/// Throws: Error (usage) that names an option with an invalid value.
Training training_of(const Options& options);

/// Returns how images are prepared; options that are for tables only are refused.
/// Throws: Error (usage) that names such an option.
ImageDataOptions image_options(const Training& training);

}  // namespace reszoo::python

/// Command-line options of a training recipe.
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "reszoo/recipes/recipe_choices.h"

namespace reszoo::cli {

/// Options that are not given keep the recipe's values.
struct RecipeOptions : RecipeChoices {
  std::vector<std::string> settings;  ///< name=value options of the network
};

void add_recipe_options(CLI::App& app, RecipeOptions& options);

/// Builds the recipe for `rows` training rows. Throws: Error (usage) for an unknown name or an invalid value.
TrainingRecipe recipe_of(const RecipeOptions& options, int64_t rows);

}  // namespace reszoo::cli

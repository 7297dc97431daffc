/// Functions that `fit`, `search` and `cross_validate` share.
#pragma once
#include "reszoo/recipes/fit.h"

namespace reszoo::detail {

/// Returns whether the data is tabular or images.
Domain domain_of(const TrainingData& data);

/// Returns the options with default loss and evaluation if these are left out.
/// Throws: Error (usage) for data without a target if these need one.
FitOptions completed(const TrainingData& data, const TrainingRecipe& recipe, FitOptions options);

/// Throws: Error (usage) for a recipe of several processes.
void require_one_process(const char* what, const TrainingRecipe& recipe);

/// Trains one network with completed options. With `keep_model`, its best weights are kept in the recipe's folder.
/// Throws: TrainingStopped if it is stopped.
TrainResult fit_one(Model& model, const TrainingData& data, const TrainingRecipe& recipe, const FitOptions& options,
                    bool keep_model);

}  // namespace reszoo::detail

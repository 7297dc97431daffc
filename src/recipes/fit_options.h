/// What trainings of this room share.
#pragma once
#include "reszoo/recipes/fit.h"

namespace reszoo::detail {

/// Whether the data is rows of a table or images.
Domain domain_of(const TrainingData& data);

/// The options with the loss and the evaluation that they leave out.
/// Throws: Error (usage) for data without a target where these need one.
FitOptions completed(const TrainingData& data, const TrainingRecipe& recipe, FitOptions options);

/// Trains one network by completed options; `keep_model`: its best weights are kept in the recipe's folder.
/// Throws: TrainingStopped.
TrainResult fit_one(Model& model, const TrainingData& data, const TrainingRecipe& recipe, const FitOptions& options,
                    bool keep_model);

}  // namespace reszoo::detail

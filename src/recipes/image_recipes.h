/// Image recipes by name.
#pragma once
#include "reszoo/recipes/training_recipe.h"

namespace reszoo::detail {

// See training_recipe. `rows` is the number of training images.
TrainingRecipe image_recipe(int64_t rows);
TrainingRecipe cifar_recipe(int64_t rows);
TrainingRecipe torchvision_recipe(int64_t rows);
TrainingRecipe timm_a3_recipe(int64_t rows);
TrainingRecipe finetune_recipe(int64_t rows);

}  // namespace reszoo::detail

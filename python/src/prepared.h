/// Data that is prepared for a training. Private.
#pragma once
#include <string>
#include <vector>

#include "reszoo/recipes/training_data.h"
#include "training.h"

namespace reszoo::python {

/// Prepared data and the recipe for it.
struct Prepared {
  TrainingData data;
  TrainingRecipe recipe;
};

/// Rows in memory, and those of the other parts if they are tables of their own.
struct Tables {
  const Frame* train;
  const Frame *validation, *test;
};

Prepared prepare_table(const Training& training, const Tables& tables);
Prepared prepare_files(const Training& training, const std::vector<std::string>& paths);

}  // namespace reszoo::python

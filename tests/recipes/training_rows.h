// The training table of the tests of `recipes`.
#pragma once
#include <cmath>

#include "reszoo/recipes/fit.h"
#include "support/support.h"

namespace reszoo::test {

/// 300 rows: y = sin(3 a) + (b is "x"); `mood` is "good" where y is above 0.4; `w` counts from 1.
inline Frame training_rows() {
  std::vector<double> a, y, w;
  std::vector<std::string> b, mood;
  for (int i = 0; i < 300; ++i) {
    a.push_back(std::fmod(i * 0.618034, 1.0) * 4 - 2);
    b.push_back(i % 3 == 0 ? "x" : i % 3 == 1 ? "y" : "z");
    y.push_back(std::sin(3 * a.back()) + (i % 3 == 0));
    mood.push_back(y.back() > 0.4 ? "good" : "bad");
    w.push_back(i + 1);
  }
  return {{Column::of_numbers("a", a), Column::of_text("b", b), Column::of_numbers("y", y),
           Column::of_text("mood", mood), Column::of_numbers("w", w)}};
}

/// The recipe for tables, reduced to a size for tests.
inline TrainingRecipe small_recipe(int64_t epochs = 4) {
  auto recipe = training_recipe("paper", 300);
  recipe.options.update({{"blocks", 1}, {"width", 16}});
  recipe.trainer.epochs = epochs;
  recipe.trainer.batch_size = 32;
  recipe.trainer.optimizer.lr = 1e-2;
  return recipe;
}

}  // namespace reszoo::test

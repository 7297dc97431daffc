#include "prepared.h"

#include <torch/types.h>

#include "reszoo/base/device.h"
#include "reszoo/data/detect.h"
#include "reszoo/recipes/model_report.h"

namespace reszoo::python {
namespace {

constexpr double kBestSeconds = 600;  // of the recipe `best` without a time limit, as in the tool

TrainingRecipe recipe_of(const Training& training, RecipeChoices choices, int64_t rows) {
  auto recipe = chosen_recipe(choices, rows);
  auto& trainer = recipe.trainer;
  trainer.seed = training.data.seed;
  trainer.device = parse_device(training.device);
  trainer.out = training.folder;
  trainer.resume = training.resume;
  trainer.time_limit = training.time_limit == 0 && training.is_best() ? kBestSeconds : training.time_limit;
  if (!trainer.out.empty()) std::filesystem::create_directories(trainer.out);
  return recipe;
}

/// Fills in the fraction of the validation rows, which the recipe `best` has none of.
TableDataOptions table_options(const Training& training) {
  auto options = training.data;
  if (options.target.empty()) fail(ErrorKind::usage, "target: must name the column to predict");
  if (!options.split.validation && options.split.validation_path.empty())
    options.split.validation = training.is_best() ? 0 : 0.1;
  return options;
}

Prepared prepared(const Training& training, TrainingData data) {
  auto recipe = recipe_of(training, training.recipe, data.train.rows());
  recipe.trainer.rows_after = report_rows(data);
  return {std::move(data), std::move(recipe)};
}

/// Validation and test rows are tables of their own.
Prepared prepare_parts(const Training& training, const Tables& tables) {
  std::vector<Frame> parts;
  std::vector<at::Tensor> rows;
  int64_t begin = 0;
  for (const auto* table : {tables.train, tables.validation, tables.test}) {
    const auto count = table == nullptr ? 0 : table->rows();
    rows.push_back(torch::arange(begin, begin + count));
    begin += count;
    if (table != nullptr) parts.push_back(*table);
  }
  return prepared(training, make_table_data(concat(parts), Split{rows[0], rows[1], rows[2]}, table_options(training)));
}

Prepared prepare_images(const Training& training, const std::string& path) {
  const auto options = image_options(training);
  const auto parts = read_image_splits(path, options.read);
  auto choices = training.recipe;
  if (choices.recipe.empty()) choices.recipe = default_image_recipe(parts.train);
  const auto recipe = recipe_of(training, choices, parts.train.rows());
  return {make_image_data(parts, recipe.image, options, path), recipe};
}

bool has_images(const Training& training, const std::string& path) {
  if (!training.recipe.network.empty()) return training.recipe.domain() == Domain::image;
  const auto kind = detect_data(path);
  return kind == DataKind::unknown ? std::filesystem::is_directory(path) : kind != DataKind::table;
}

}  // namespace

Prepared prepare_table(const Training& training, const Tables& tables) {
  if (tables.validation != nullptr || tables.test != nullptr) return prepare_parts(training, tables);
  return prepared(training, make_table_data(*tables.train, table_options(training)));
}

Prepared prepare_files(const Training& training, const std::vector<std::string>& paths) {
  if (paths.size() == 1 && has_images(training, paths.front())) return prepare_images(training, paths.front());
  return prepared(training, read_table_data(TablePaths(paths), table_options(training)));
}

}  // namespace reszoo::python

/// How images are read and changed, as the command line says it.
#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data_options.h"
#include "reszoo/recipes/image_data.h"

namespace reszoo::cli {

/// What is left out is the recipe's own.
struct ImageFlags {
  std::optional<int64_t> size, train_size;
  std::optional<std::string> crop, auto_augment, interpolation;
  std::optional<double> flip, rotation, erase, mixup, cutmix;
  std::vector<double> jitter;  ///< brightness, contrast, saturation, hue
  std::string on_bad, path_column;
  int64_t workers = 1, bad_limit = 100;
};

void add_image_options(CLI::App& app, ImageFlags& flags);

/// Adds --image, --workers, --on-bad and --bad-limit alone: how images are read.
void add_image_reading(CLI::App& app, ImageFlags& flags);

/// Throws: Error (usage) for a value that does not fit.
void apply(const ImageFlags& flags, TrainingRecipe& recipe);

/// As the library takes them; notes go to stderr. Throws: Error (usage) for another word than `--on-bad` takes.
ImageDataOptions image_data_options(const ImageFlags& flags, const TableDataOptions& data);

}  // namespace reszoo::cli

/// Command-line options for reading and augmenting images.
#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data_options.h"
#include "reszoo/recipes/image_data.h"

namespace reszoo::cli {

/// Options that are not given keep the recipe's values.
struct ImageFlags {
  std::optional<int64_t> size, train_size, channels;
  std::vector<double> mean, std;  ///< of each channel
  std::optional<std::string> crop, auto_augment, interpolation;
  std::optional<double> flip, rotation, erase, mixup, cutmix;
  std::vector<double> jitter;  ///< brightness, contrast, saturation, hue
  std::string on_bad, path_column, image_root, label_separator, folder_layout;
  int64_t workers = 1, bad_limit = 100;
};

void add_image_options(CLI::App& app, ImageFlags& flags);

/// Adds only the options for reading images: --image-column, --image-root, --label-separator, --folder-layout,
/// --workers,
/// --on-bad and --bad-limit.
void add_image_reading(CLI::App& app, ImageFlags& flags);

/// Overrides the recipe's values. Throws: Error (usage) for an invalid value.
void apply(const ImageFlags& flags, TrainingRecipe& recipe);

/// Converts to the library's options; notes go to stderr. Throws: Error (usage) for an invalid value of `--on-bad`.
ImageDataOptions image_data_options(const ImageFlags& flags, const TableDataOptions& data);

}  // namespace reszoo::cli

/// What the command line says of images.
#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "image_dataset.h"

namespace reszoo::cli {

/// What is left out is the recipe's own.
struct ImageArguments {
  std::optional<int64_t> size, train_size;
  std::optional<std::string> crop, auto_augment, interpolation;
  std::optional<double> flip, rotation, erase, mixup, cutmix;
  std::vector<double> jitter;  ///< brightness, contrast, saturation, hue
  std::string on_bad, path_column;
  int64_t workers = 1, bad_limit = 100;
};

void add_image_arguments(CLI::App& app, ImageArguments& options);

/// Adds --image, --workers, --on-bad and --bad-limit alone: how images are read.
void add_image_reading(CLI::App& app, ImageArguments& options);

/// Throws: Error (usage) for a value that does not fit.
void apply(const ImageArguments& options, Plan& plan);

/// How the images are read. Throws: Error (usage) for another word than `--on-bad` takes.
ImageDataOptions image_data_options(const ImageArguments& options, const DataOptions& data);

}  // namespace reszoo::cli

/// What the command line says of pictures.
#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "image_dataset.h"

namespace reszoo::cli {

/// What is left out is the recipe's own.
struct PictureOptions {
  std::optional<int64_t> size, train_size;
  std::optional<std::string> crop, auto_augment, interpolation;
  std::optional<double> flip, rotation, erase, mixup, cutmix;
  std::vector<double> jitter;  ///< brightness, contrast, saturation, hue
  std::string on_bad, path_column;
  int64_t workers = 1, bad_limit = 100;
};

void add_picture_options(CLI::App& app, PictureOptions& options);

/// Adds --image, --workers, --on-bad and --bad-limit alone: how pictures are read.
void add_picture_reading(CLI::App& app, PictureOptions& options);

/// Throws: Error (usage) for a value that does not fit.
void apply(const PictureOptions& options, Plan& plan);

/// How the pictures are read. Throws: Error (usage) for another word than `--on-bad` takes.
ImageDataOptions image_data_options(const PictureOptions& options, const DataOptions& data);

}  // namespace reszoo::cli

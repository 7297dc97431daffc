/// Data that is ready to train on.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/data/image_rows.h"
#include "reszoo/data/split.h"
#include "reszoo/infer/model.h"
#include "reszoo/train/dataset.h"

namespace reszoo {

/// Prepared rows, and a Model with the preprocessing and the target but no network yet. `make_table_data` and
/// `make_image_data` make one; a program with a dataset of its own fills in `model.target`, `train` and `validation`:
///
///     TrainingData data{.train = Dataset(inputs, targets), .validation = Dataset(more_inputs, more_targets)};
///     data.model.target = Target::fit(Column::of_numbers("price", prices));
struct TrainingData {
  Model model = {};
  Dataset train;
  std::optional<Dataset> validation = {}, test = {};
  std::vector<std::string> notes = {};   ///< lines about the data: columns and files that are left out
  Frame sample = {};                     ///< of a table: raw training rows to describe, some thousands
  Frame measured = {};                   ///< of a table: raw rows of test, else validation, else training, with targets
  std::optional<ImageRows> images = {};  ///< of images: those of the same part
};

/// Which rows validate and which test.
struct SplitOptions {
  /// Fractions of the rows, in [0, 1). Left out, 0.1 validates and nothing tests, unless a folder of images sets
  /// `val` and `test` apart: then these do.
  std::optional<double> validation = {}, test = {};
  std::filesystem::path validation_path = {}, test_path = {};  ///< files or folders of their own, instead
  std::string stratify = {};     ///< a column whose values have the same share in each part
  std::string group = {};        ///< a column no value of which is in two parts; it is no input
  std::string time = {};         ///< a column by which the last rows test, and those before validate
  bool stratify_classes = true;  ///< without any of these the target's classes have the same share in each part
};

/// What is done about classes of different frequency, in training.
enum class ClassBalance {
  none,
  weights,  ///< every class weighs the same
  draws,    ///< every class is drawn as often as the others
};

/// The rows so balanced. Weights that the rows have are multiplied.
/// Throws: Error (usage) for a target without classes.
Dataset balanced(const Dataset& rows, const Target& target, ClassBalance balance);

/// The rule by which the options part the rows of a table; `target` is fitted on all of them.
/// Throws: Error (input) for a column that is missing or does not suit the rule.
SplitRule split_rule(const SplitOptions& options, const Frame& table, const Target& target);

}  // namespace reszoo

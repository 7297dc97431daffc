/// Data that is prepared for training.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/data/image_rows.h"
#include "reszoo/data/split.h"
#include "reszoo/infer/model.h"
#include "reszoo/train/dataset.h"

namespace reszoo {

/// How many rows are looked at at most to fit preprocessing and bins, and to measure a model. Of more, a random sample
/// of so many is taken: the share of rows below a quantile is then right to 0.13 % with a probability of 1 - 1e-6
/// (the Dvoretzky-Kiefer-Wolfowitz inequality).
constexpr int64_t kMostRows = int64_t{1} << 22;

/// Prepared rows, and a Model with preprocessing and target but without a network. `make_table_data` and
/// `make_image_data` return it. With a dataset of your own, set `model.target`, `train` and `validation`:
///
///     TrainingData data{.train = Dataset(inputs, targets), .validation = Dataset(more_inputs, more_targets)};
///     data.model.target = Target::fit(Column::of_numbers("price", prices));
struct TrainingData {
  Model model = {};
  Dataset train;
  std::optional<Dataset> validation = {}, test = {};
  SplitRule rule = {};                   ///< how the training rows are split further, into folds
  std::vector<std::string> notes = {};   ///< messages about the data: columns and files that are left out
  Frame sample = {};                     ///< tables: raw training rows to describe, some thousands
  Frame measured = {};                   ///< tables: raw rows of test, else validation, else training, with targets
  std::optional<ImageRows> images = {};  ///< images of the same part
  /// Images: what is left out so far; damaged images are added when training finds them.
  std::shared_ptr<LeftOut> left_out = {};
};

/// How rows are split into training, validation and test.
struct SplitOptions {
  /// Fractions of the rows, in [0, 1). The default is 0.1 for validation and none for test, unless a folder of images
  /// has its own `val` and `test`: then these are used.
  std::optional<double> validation = {}, test = {};
  std::filesystem::path validation_path = {}, test_path = {};  ///< separate files or folders, instead of fractions
  std::string stratify = {};  ///< column whose values have the same frequencies in each part
  std::string group = {};     ///< column whose rows with the same value stay in one part; it is not an input
  std::string time = {};  ///< column to sort by: the last rows are the test set, those before them the validation set
  bool stratify_classes = true;  ///< if none of these is set, stratify by the target's classes
};

/// How training treats classes of different frequency.
enum class ClassBalance {
  none,
  weights,  ///< class-weighted loss: every class has the same total weight
  draws,    ///< class-balanced sampling: every class is drawn equally often
};

/// Returns the rows with balanced classes. Existing weights of the rows are multiplied.
/// Throws: Error (usage) for a target without classes.
Dataset balanced(const Dataset& rows, const Target& target, ClassBalance balance);

/// Returns the rows if they are `most` at most, otherwise a random sample of so many, in ascending order.
/// Throws: Error (usage) for a sample of Examples.
Dataset sample_of(const Dataset& rows, uint64_t seed, int64_t most = kMostRows);

/// Returns the rule that splits the rows of a table by the options. `target` must be fitted on all rows.
/// Throws: Error (input) for a column that is missing or unsuitable for the rule.
SplitRule split_rule(const SplitOptions& options, const Frame& table, const Target& target);

}  // namespace reszoo

/// From a table to data that a network trains on.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/data/split.h"
#include "reszoo/data/table.h"
#include "reszoo/recipes/training_data.h"

namespace reszoo {

/// How a table is made ready.
struct TableDataOptions {
  std::vector<std::string> target = {};    ///< columns to predict; one at least
  SplitOptions split = {};                 ///< which rows validate and test
  TargetOptions target_options = {};       ///< task, order of the classes, quantiles
  TablePreprocessOptions preprocess = {};  ///< scaling, kinds of columns, columns to ignore; its seed is `seed`
  std::string weight = {};                 ///< a column that says how much each row counts in training; it is no input
  ClassBalance balance = ClassBalance::none;
  TableReadOptions read = {};  ///< how files are read
  uint64_t seed = 0;
};

/// A table, checked as a whole, and how its rows are parted.
struct TrainingTable {
  Frame frame;
  Target target;  ///< fitted on all rows
  SplitRule rule = {};
  Tensor weights = {};      ///< (N) float32; undefined without a column for them
  std::string source = {};  ///< the file, which messages then begin with; may be empty
};

/// Throws: Error that names the column or row, for a target, weight or group that is missing or does not fit.
TrainingTable check_table(Frame frame, const TableDataOptions& options);

/// Reads and checks a table. Throws: the same, with the file's name.
TrainingTable read_training_table(const std::filesystem::path& path, const TableDataOptions& options);

/// Parts the rows by the fractions of the options. Throws: see split_rows.
Split split_table(const TrainingTable& table, const TableDataOptions& options);

/// Fits target and preprocessing on the training rows of the split, and transforms all parts. A part that the split
/// lacks is read from the options' path, if there is one.
///
///     const auto table = read_table("sales.csv");
///     const auto data = make_table_data(table, split_rows(table.rows(), 0.1, 0.1, {}, 0), {.target = {"price"}});
///
/// Throws: Error that names the file, column or row.
TrainingData make_table_data(const TrainingTable& table, const Split& split, const TableDataOptions& options);
TrainingData make_table_data(Frame frame, const Split& split, const TableDataOptions& options);

/// The same, parted by the options.
TrainingData make_table_data(Frame frame, const TableDataOptions& options);

/// The same from a file: a table, or a folder of Parquet files.
TrainingData read_table_data(const std::filesystem::path& path, const TableDataOptions& options);

/// Reads rows of a table as a trained model reads them, the target under the name that the model knows; `target` is its
/// name in the file, where it is another one.
Frame read_raw_rows(const Model& model, const std::filesystem::path& path, const std::string& target = {},
                    const TableReadOptions& options = {});

/// The same, transformed, with encoded targets.
/// Throws: Error that names the file, column or row; Error (usage) for what is no table.
Dataset read_labelled_rows(const Model& model, const std::filesystem::path& path, const std::string& target = {},
                           const TableReadOptions& options = {});

}  // namespace reszoo

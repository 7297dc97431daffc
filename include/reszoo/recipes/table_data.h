/// Prepares tables for training.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/data/split.h"
#include "reszoo/data/table.h"
#include "reszoo/metrics/drift.h"
#include "reszoo/recipes/training_data.h"

namespace reszoo {

/// Options of `make_table_data`.
struct TableDataOptions {
  std::vector<std::string> target = {};    ///< columns to predict, at least one
  SplitOptions split = {};                 ///< how rows are split
  TargetOptions target_options = {};       ///< task, order of the classes, quantiles
  TablePreprocessOptions preprocess = {};  ///< scaling, kinds of columns, columns to ignore; its seed is `seed`
  std::string weight = {};                 ///< column with the weight of each row in training; it is not an input
  ClassBalance balance = ClassBalance::none;
  TableReadOptions read = {};  ///< how files are read
  uint64_t seed = 0;
  /// Preprocessing is fitted on so many training rows at most, and so many rows of validation and test are used: a
  /// random sample of more, which a note says. Classes, and how columns are read, are learnt from all rows.
  int64_t most_rows = kMostRows;
  int64_t background = 100;   ///< training rows that the model keeps, see Model::background; 0: none
  bool drop_missing = false;  ///< leave out rows without a target, which are an error otherwise
};

/// A checked table, and how its rows are split.
struct TrainingTable {
  Frame frame;    ///< with numbers and dates in text read as such
  Target target;  ///< fitted on all rows
  SplitRule rule = {};
  Tensor weights = {};                  ///< (N) float32; undefined if no column has weights
  std::string source = {};              ///< the file name at the beginning of messages; may be empty
  ColumnReadings readings = {};         ///< how the columns were read, learnt from all rows
  std::vector<std::string> notes = {};  ///< one line for rows that were left out
};

/// Learns how the columns of a table are read, checks it, and fits its target. A footer (`count_footer_rows`) is left
/// out.
/// Throws: Error, which names the column or row, for a missing or invalid target, weight or group, and as
/// `learn_readings` does.
TrainingTable check_table(Frame frame, const TableDataOptions& options);

/// Reads and checks a table. Columns to ignore are not read.
/// Throws: as `check_table` does, with the file's name.
TrainingTable read_training_table(const TablePaths& paths, const TableDataOptions& options);

/// Splits the rows by the fractions in the options.
/// Throws: as split_rows does.
Split split_table(const TrainingTable& table, const TableDataOptions& options);

/// Fits preprocessing and target on the training rows of the split, and transforms the rows of all parts. The classes
/// of a target are those of the whole table. A part that the split lacks is read from the path in the options, if there
/// is one.
///
///     const auto table = read_table("sales.csv");
///     const auto data = make_table_data(table, split_rows(table.rows(), 0.1, 0.1, {}, 0), {.target = {"price"}});
///
/// Throws: Error, which names the file, column or row.
TrainingData make_table_data(const TrainingTable& table, const Split& split, const TableDataOptions& options);
TrainingData make_table_data(Frame frame, const Split& split, const TableDataOptions& options);

/// Does the same with a split by the options.
TrainingData make_table_data(Frame frame, const TableDataOptions& options);

/// Does the same for a table of files.
TrainingData read_table_data(const TablePaths& paths, const TableDataOptions& options);

/// Reads the rows of a table for a trained model: the columns that the model reads and its targets, by what was learnt
/// in training. The target columns get the names that the model has for them; `target` has their names in the file, in
/// the order of `Target::names`, if these are others.
/// Throws: Error, which names the file, column or row; Error (usage) for more or fewer names than the model has
/// targets.
Frame read_raw_rows(const Model& model, const TablePaths& paths, const std::vector<std::string>& target = {},
                    const TableReadOptions& options = {});

/// Reads rows as `read_raw_rows` does, transforms them, and encodes the targets. What training did not see is added to
/// `unseen`, and the rows to `drift`, which compares them with the training rows.
/// Throws: as `read_raw_rows` does; Error (usage) if the path is not a table.
Dataset read_labelled_rows(const Model& model, const TablePaths& paths, const std::vector<std::string>& target = {},
                           const TableReadOptions& options = {}, UnseenCounts* unseen = nullptr,
                           DriftCounts* drift = nullptr);

}  // namespace reszoo

/// From paths on the command line to rows that a network trains on.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "data_options.h"
#include "image_rows.h"
#include "reszoo/infer/model.h"
#include "reszoo/train/batches.h"

namespace reszoo::cli {

/// Prepared rows, and a Model that has the preprocessing and the target but no
/// network yet. The training rows have weights where the options name a column.
struct Dataset {
  Model model;
  std::optional<Batches> train, validation, test;
  std::vector<std::string> notes;
  Frame sample;    ///< of a table: raw training rows to describe, some thousands
  Frame measured;  ///< of a table: raw rows of test, else validation, else training, some thousands, with targets
  std::optional<ImageRows> images = {};  ///< of an image network: those of the same part
};

/// A table to train on, read and checked as a whole, and by what its rows are
/// parted.
struct TrainingTable {
  Frame frame;
  Target target;   ///< fitted on all rows
  SplitRule rule;
  Tensor weights;  ///< (N) float32; undefined without a column for them
};

/// Throws: Error that names the file, column or row: for a target, weight or group
/// that is missing or does not fit.
TrainingTable read_training_table(const DataOptions& options);

/// Fits on the training rows of the split and prepares all of them. A part that
/// the split lacks and the options name by a path is read from there.
Dataset make_dataset(const DataOptions& options, const TrainingTable& table, const Split& split);

/// Reads and parts a table. Throws: Error that names the file, column or row.
Dataset read_table_dataset(const DataOptions& options);

/// The rows of a table as a trained model of tables reads them, with their targets.
/// `target` overrides the name of the target's column.
Batches read_labelled(const Model& model, const std::string& path, const std::string& target,
                            const TableReadOptions& options = {});

/// The raw rows of a table as `read_labelled` reads them, the target under the
/// name that the model knows.
Frame read_raw(const Model& model, const std::string& path, const std::string& target,
               const TableReadOptions& options = {});

}  // namespace reszoo::cli

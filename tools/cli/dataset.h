/// From paths on the command line to rows that a network trains on.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "reszoo/infer/model.h"
#include "reszoo/train/batches.h"

namespace reszoo::cli {

/// Where the data is and how it is read.
struct DataOptions {
  std::string data, target, validation, test;  ///< a path, or a fraction of `data` ("" is none)
  std::string task, scaling = "quantile";
  std::vector<std::string> numeric, categorical, ignore;
  uint64_t seed = 0;
};

/// Prepared rows, and a Model that has the preprocessing and the target but no
/// network yet.
struct Dataset {
  Model model;
  std::optional<TensorBatches> train, validation, test;
  std::vector<std::string> notes;
  Frame sample;    ///< of a table: raw training rows to describe, some thousands
  Frame measured;  ///< of a table: raw rows of test, else validation, else training, some thousands, with targets
  /// What the network must take and give: channels or columns, and outputs.
  ModelOptions shape;
};

/// Reads a table, or a folder of IDX files, for networks of this domain.
/// Throws: Error that names the file, column or row.
Dataset read_dataset(const DataOptions& options, Domain domain);

/// The rows of `path` as a trained model reads them, with their targets.
/// `target` overrides the name of the target's column.
TensorBatches read_labelled(const Model& model, const std::string& path, const std::string& target);

/// The raw rows of a table as `read_labelled` reads them, the target under the
/// name that the model knows.
Frame read_raw(const Model& model, const std::string& path, const std::string& target);

}  // namespace reszoo::cli

#include "dataset.h"

#include <algorithm>

#include "naming.h"
#include "reszoo/base/error.h"
#include "reszoo/data/source.h"
#include "reszoo/data/table.h"
#include "reszoo/train/importance.h"

namespace reszoo::cli {
namespace {

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Batches table_batches(const Model& model, const Frame& frame, const Tensor& weights = {}) {
  return {model.table->transform(frame), model.target->encode(frame), {}, weights};
}

/// A part that is either rows of the table or a file of its own.
std::optional<Batches> table_part(const Model& model, const DataOptions& options, const Frame& frame,
                                        const Tensor& rows, const std::string& text, const char* option) {
  if (rows.numel() > 0) return table_batches(model, take_rows(frame, rows));
  if (text.empty() || fraction_of(text, option)) return std::nullopt;
  return read_labelled(model, text, "", options.table);
}

constexpr int64_t kDescribedRows = 20000;  // that a report looks at

/// Raw rows of the part that a model is measured on.
Frame measured_rows(const Model& model, const DataOptions& options, const Frame& frame, const Split& split) {
  const auto some = [&](const Frame& rows) { return sample_rows(rows, kDescribedRows, options.seed); };
  for (const auto& [rows, text, option] : {std::tuple(split.test, options.test, "--test"),
                                           std::tuple(split.validation, options.validation, "--val")}) {
    if (rows.numel() > 0) return some(take_rows(frame, rows));
    if (!text.empty() && !fraction_of(text, option)) return some(read_raw(model, text, "", options.table));
  }
  return some(take_rows(frame, split.train));
}

/// The weight of each row; undefined where no column is named.
Tensor weights_of(const DataOptions& options, const Frame& frame) {
  if (options.weight.empty()) return {};
  const auto weights = as_numbers(frame.at(options.weight)).numbers;
  if (const auto rows = weights.isfinite().logical_and(weights >= 0).logical_not().nonzero(); rows.size(0) > 0)
    fail(ErrorKind::input, "weight column \"{}\": must be finite and not negative, got {} in row {}", options.weight,
         weights[rows[0].item<int64_t>()].item<double>(), rows[0].item<int64_t>() + 1);
  if (!(weights.sum().item<double>() > 0))
    fail(ErrorKind::input, "weight column \"{}\": must have a weight above 0, all are 0", options.weight);
  return weights.to(torch::kFloat);
}

/// Columns that are no inputs: those that are ignored, further targets, weights
/// and groups.
Names left_out(const DataOptions& options) {
  auto names = options.ignore;
  for (size_t i = 1; i < options.target.size(); ++i) names.push_back(options.target[i]);
  for (const auto& name : {options.weight, options.group})
    if (!name.empty() && !contains(names, name)) names.push_back(name);
  return names;
}

}  // namespace

TrainingTable read_training_table(const DataOptions& options) {
  return naming(options.data, [&] {
    auto reading = options.table;
    reading.text = options.categorical;
    TrainingTable table{read_table(options.data, reading), {}, {}, {}};
    // Numbers are checked before rows are parted, which takes their numbers from them.
    for (auto& column : table.frame.columns)
      if (contains(options.numeric, column.name)) column = as_numbers(column);
    // Classes are those of the whole table: a rare one may be in one part alone.
    table.target = Target::fit(table.frame, options.target, target_options(options));
    table.rule = split_rule(options, table.frame, table.target);
    table.weights = weights_of(options, table.frame);
    return table;
  });
}

Dataset make_dataset(const DataOptions& options, const TrainingTable& table, const Split& split) {
  const auto train = take_rows(table.frame, split.train);
  Dataset dataset;
  auto& model = dataset.model;
  naming(options.data, [&] {
    auto target = target_options(options);
    target.task = table.target.task();
    model.target = table.target.is_number() ? Target::fit(train, options.target, target) : table.target;
    model.table = TablePreprocess::fit(train, options.target.front(),
                                       {.scaling = parse_scaling(options.scaling), .seed = options.seed,
                                        .numeric = options.numeric, .categorical = options.categorical,
                                        .ignore = left_out(options), .rare = options.rare});
  });
  dataset.notes = model.table->notes();
  const auto weights = table.weights.defined() ? table.weights.index_select(0, split.train) : Tensor();
  dataset.train = table_batches(model, train, weights);
  dataset.validation = table_part(model, options, table.frame, split.validation, options.validation, "--val");
  dataset.test = table_part(model, options, table.frame, split.test, options.test, "--test");
  dataset.sample = sample_rows(train, kDescribedRows, options.seed);
  dataset.measured = measured_rows(model, options, table.frame, split);
  return dataset;
}

Dataset read_table_dataset(const DataOptions& options) {
  if (const auto kind = detect_data(options.data); kind != DataKind::table)
    fail(ErrorKind::usage, "{}: tabular networks train on a table, this is {}", options.data,
         kind == DataKind::unknown ? "neither a table nor images" : "of the kind: " + text_of(kind));
  if (options.target.empty()) fail(ErrorKind::usage, "--target: a table needs the name of the column to predict");
  const auto table = read_training_table(options);
  const auto split = naming(options.data, [&] { return split_of(options, table.frame.rows(), table.rule); });
  return make_dataset(options, table, split);
}

Frame read_raw(const Model& model, const std::string& path, const std::string& target,
               const TableReadOptions& options) {
  auto reading = options;
  reading.text = model.table->text_columns();
  auto frame = read_table(path, reading);
  const auto& name = model.target->names().front();
  if (target.empty() || target == name) return frame;
  naming(path, [&] { return frame.at(target).size(); });
  std::erase_if(frame.columns, [&](const auto& column) { return column.name == name; });
  for (auto& column : frame.columns)
    if (column.name == target) column.name = name;
  return frame;
}

Batches read_labelled(const Model& model, const std::string& path, const std::string& target,
                            const TableReadOptions& options) {
  if (const auto kind = detect_data(path); kind != DataKind::table)
    fail(ErrorKind::usage, "{}: the model reads a table, this is of the kind: {}", path, text_of(kind));
  return naming(path, [&] { return table_batches(model, read_raw(model, path, target, options)); });
}

}  // namespace reszoo::cli

#include "dataset.h"

#include <algorithm>
#include <charconv>

#include "naming.h"
#include "reszoo/base/error.h"
#include "reszoo/data/idx.h"
#include "reszoo/data/source.h"
#include "reszoo/data/table.h"
#include "reszoo/train/importance.h"

namespace reszoo::cli {
namespace {

/// The text as a fraction in (0, 1), or nothing if it is no number.
std::optional<double> as_fraction(const std::string& text, const char* option) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= 0 && value < 1)) fail(ErrorKind::usage, "{}: must be a path or a fraction in [0, 1), got {}", option, text);
  return value;
}

Column select(const Column& column, const Tensor& rows) {
  Column result = column;
  if (column.kind == Column::Kind::number) result.numbers = column.numbers.index_select(0, rows);
  else result.codes = column.codes.index_select(0, rows);
  return result;
}

Frame select(const Frame& frame, const Tensor& rows) {
  Frame result;
  for (const auto& column : frame.columns) result.columns.push_back(select(column, rows));
  return result;
}

/// Row numbers of the three parts. A fraction is taken from a permutation that
/// depends on (rows, seed) alone.
struct Parts {
  Tensor train, validation, test;
};

Parts split(int64_t rows, const DataOptions& options) {
  const auto validation = as_fraction(options.validation, "--val").value_or(0);
  const auto test = as_fraction(options.test, "--test").value_or(0);
  const auto order = epoch_order(rows, options.seed, -1);
  const auto n_test = static_cast<int64_t>(static_cast<double>(rows) * test);
  const auto n_validation = static_cast<int64_t>(static_cast<double>(rows) * validation);
  const auto n_train = rows - n_test - n_validation;
  if (n_train < 2) fail(ErrorKind::input, "{}: {} rows are left to train on, 2 are needed", options.data, n_train);
  const auto part = [&](int64_t begin, int64_t size) { return std::get<0>(order.narrow(0, begin, size).sort()); };
  return {part(n_test + n_validation, n_train), part(n_test, n_validation), part(0, n_test)};
}

TensorBatches table_batches(const Model& model, const Frame& frame, const std::string& target) {
  return {model.table->transform(frame), model.target->encode(frame.at(target))};
}

/// A part that is either rows of the table or a file of its own.
std::optional<TensorBatches> table_part(const Model& model, const DataOptions& options, const Frame& frame,
                                        const Tensor& rows, const std::string& text, const char* option) {
  if (rows.numel() > 0) return table_batches(model, select(frame, rows), options.target);
  if (text.empty() || as_fraction(text, option)) return std::nullopt;
  return read_labelled(model, text, options.target);
}

/// The table, checked as a whole: after the split a row's number is lost.
Frame read_training_table(const DataOptions& options) {
  auto frame = read_table(options.data, {.text = options.categorical});
  frame.at(options.target);
  const auto listed = [](const std::vector<std::string>& names, const Column& column) {
    return std::find(names.begin(), names.end(), column.name) != names.end();
  };
  for (auto& column : frame.columns) {
    if (listed(options.numeric, column)) column = as_numbers(column);
    if (column.kind == Column::Kind::text || listed(options.ignore, column)) continue;
    if (const auto rows = column.numbers.isinf().nonzero(); rows.size(0) > 0)
      fail(ErrorKind::input, "column \"{}\": must be finite, got an infinite number in row {}", column.name,
           rows[0].item<int64_t>() + 1);
  }
  return frame;
}

/// Fits the target and the preprocessing.
void fit(Model& model, const DataOptions& options, const Frame& frame, const Frame& train) {
  const auto task = options.task.empty() ? std::optional<Task>() : parse_task(options.task);
  // Classes are those of the whole table: a rare one may be in one part alone.
  model.target = Target::fit(frame.at(options.target), task);
  if (model.target->is_number()) model.target = Target::fit(train.at(options.target), Task::regression);
  model.table = TablePreprocess::fit(train, options.target,
                                     {.scaling = parse_scaling(options.scaling), .seed = options.seed,
                                      .numeric = options.numeric, .categorical = options.categorical,
                                      .ignore = options.ignore});
}

constexpr int64_t described_rows = 20000;  // that a report looks at

/// Raw rows of the part that a model is measured on.
Frame measured_rows(const Model& model, const DataOptions& options, const Frame& frame, const Parts& parts) {
  for (const auto& [rows, text, option] : {std::tuple(parts.test, options.test, "--test"), std::tuple(parts.validation, options.validation, "--val")}) {
    if (rows.numel() > 0) return sample_rows(select(frame, rows), described_rows, options.seed);
    if (!text.empty() && !as_fraction(text, option)) return sample_rows(read_raw(model, text, options.target), described_rows, options.seed);
  }
  return sample_rows(select(frame, parts.train), described_rows, options.seed);
}

Dataset read_table_dataset(const DataOptions& options) {
  const auto frame = naming(options.data, [&] { return read_training_table(options); });
  const auto parts = split(frame.rows(), options);
  const auto train = select(frame, parts.train);

  Dataset dataset;
  auto& model = dataset.model;
  naming(options.data, [&] { fit(model, options, frame, train); });
  dataset.notes = model.table->notes();
  dataset.train = table_batches(model, train, options.target);
  dataset.validation = table_part(model, options, frame, parts.validation, options.validation, "--val");
  dataset.test = table_part(model, options, frame, parts.test, options.test, "--test");
  dataset.sample = sample_rows(train, described_rows, options.seed);
  dataset.measured = measured_rows(model, options, frame, parts);
  dataset.shape = TabularOptions{.outputs = model.target->outputs(), .numeric = model.table->numeric_count(),
                                 .cardinalities = model.table->cardinalities()};
  return dataset;
}

Column label_column(const ImageSet& set) { return {.name = "label", .numbers = set.labels.to(torch::kDouble)}; }

TensorBatches image_batches(const Model& model, const ImageSet& set) {
  return {set.images, model.target->encode(label_column(set)),
          [preprocess = *model.image](const Tensor& raw) { return preprocess(raw); }};
}

ImageSet select(const ImageSet& set, const Tensor& rows) {
  return {set.images.index_select(0, rows), set.labels.index_select(0, rows)};
}

/// Normalisation by the mean and deviation of the training pictures, by channel.
ImagePreprocess fit_preprocess(const Tensor& images) {
  ImagePreprocess preprocess{.channels = images.size(1)};
  for (int64_t c = 0; c < images.size(1); ++c) {
    const auto pixels = images.select(1, c).to(torch::kFloat).div(255);
    preprocess.mean.push_back(pixels.mean().item<double>());
    preprocess.std.push_back(std::max(pixels.std().item<double>(), 1e-6));
  }
  return preprocess;
}

/// A part that is either pictures of the training set or a folder of its own.
std::optional<TensorBatches> image_part(const Model& model, const ImageSet& set, const Tensor& rows,
                                        const std::string& text, const char* option) {
  if (rows.numel() > 0) return image_batches(model, select(set, rows));
  if (text.empty() || as_fraction(text, option)) return std::nullopt;
  return read_labelled(model, text, "");
}

Dataset read_image_dataset(const DataOptions& options) {
  auto splits = read_idx_folder(options.data);
  const auto parts = split(splits.train.labels.size(0), options);
  const auto train = select(splits.train, parts.train);
  Dataset dataset;
  auto& model = dataset.model;
  model.image = fit_preprocess(train.images);
  model.target = Target::fit(label_column(splits.train), Task::multiclass);
  dataset.train = image_batches(model, train);
  dataset.validation = image_part(model, splits.train, parts.validation, options.validation, "--val");
  dataset.test = image_part(model, splits.train, parts.test, options.test, "--test");
  if (!dataset.test) dataset.test = image_batches(model, splits.test);
  dataset.shape = ImageOptions{.outputs = model.target->outputs(), .channels = train.images.size(1)};
  return dataset;
}

}  // namespace

Dataset read_dataset(const DataOptions& options, Domain domain) {
  const auto kind = detect_data(options.data);
  if (domain == Domain::tabular && kind == DataKind::table) {
    if (options.target.empty()) fail(ErrorKind::usage, "--target: a table needs the name of the column to predict");
    return read_table_dataset(options);
  }
  if (domain == Domain::image && kind == DataKind::idx_folder) return read_image_dataset(options);
  fail(ErrorKind::usage, "{}: {} networks train on {}, this is {}", options.data, text_of(domain),
       domain == Domain::tabular ? "a table" : "a folder of IDX files",
       kind == DataKind::unknown ? "neither a table nor pictures" : "of the kind: " + text_of(kind));
}

TensorBatches read_labelled(const Model& model, const std::string& path, const std::string& target) {
  const auto kind = detect_data(path);
  if (model.table && kind == DataKind::table)
    return naming(path, [&] { return table_batches(model, read_raw(model, path, target), model.target->name()); });
  if (model.image && kind == DataKind::idx_folder) {
    const auto splits = read_idx_folder(path);
    return naming(path, [&] { return image_batches(model, splits.test); });
  }
  fail(ErrorKind::usage, "{}: the model reads {}, this is of the kind: {}", path,
       model.table ? "a table" : "a folder of IDX files", text_of(kind));
}

Frame read_raw(const Model& model, const std::string& path, const std::string& target) {
  auto frame = read_table(path, {.text = model.table->text_columns()});
  if (target.empty() || target == model.target->name()) return frame;
  naming(path, [&] { return frame.at(target).size(); });
  std::erase_if(frame.columns, [&](const auto& column) { return column.name == model.target->name(); });
  for (auto& column : frame.columns)
    if (column.name == target) column.name = model.target->name();
  return frame;
}

}  // namespace reszoo::cli

#include "reszoo/recipes/table_data.h"

#include <algorithm>

#include "error_context.h"
#include "located_rows.h"
#include "reszoo/base/blocks.h"
#include "reszoo/base/error.h"
#include "reszoo/base/permutation.h"
#include "reszoo/base/spilled.h"
#include "reszoo/data/detect.h"
#include "reszoo/metrics/importance.h"

namespace reszoo {
namespace {

using detail::with_error_context;
using detail::with_located_rows;
using Names = std::vector<std::string>;

constexpr int64_t kSampleStream = -2;      // of random numbers
constexpr int64_t kDescribedRows = 20000;  // rows that a report describes

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Encodes the targets by blocks.
Tensor encoded_targets(const Target& target, const FrameRows& rows) {
  const auto& names = target.names();
  if (rows.size() <= kBlockRows) return target.encode(rows.frame(names));
  const auto first = target.encode(rows.block(names, 0, 1));
  auto sizes = first.sizes().vec();
  sizes.front() = rows.size();
  auto all = room_for(sizes, first.scalar_type());
  for_blocks(
      rows.size(),
      [&](int64_t begin, int64_t count) {
        all.narrow(0, begin, count).copy_(target.encode(rows.block(names, begin, count)));
      },
      [&] {
        release_pages(all);
        for (const auto& name : names) release_pages(rows.table().at(name));
      });
  return all;
}

Dataset table_batches(const Model& model, const FrameRows& rows, const Tensor& weights = {},
                      UnseenCounts* unseen = nullptr) {
  auto inputs = model.table->transform(rows, unseen);
  return {std::move(inputs), encoded_targets(*model.target, rows), {}, weights};
}

/// Returns the rows, or a sample of them if they are too many, in ascending order.
Tensor some_rows(const Tensor& rows, const TableDataOptions& options) {
  if (rows.size(0) <= options.most_rows) return rows;
  return selected_rows(rows, random_sample(rows.size(0), options.most_rows, options.seed, kSampleStream));
}

/// Reads the columns of the model's inputs and targets, with the names that the model has for them.
Frame read_needed(const Model& model, const TablePaths& paths, const Names& target, const TableReadOptions& options) {
  const auto& names = model.target->names();
  const auto& in_file = target.empty() ? names : target;
  if (in_file.size() != names.size())
    fail(ErrorKind::usage, "target: the model predicts {} ({}), got {}: {}",
         names.size() == 1 ? "1 column" : fmt::format("{} columns", names.size()), fmt::join(names, ", "),
         in_file.size(), fmt::join(in_file, ", "));
  auto reading = options;
  reading.text = model.table->text_columns();
  reading.columns = model.table->inputs();
  for (size_t i = 0; i < names.size(); ++i) {
    if (contains(model.target->text_columns(), names[i])) reading.text.push_back(in_file[i]);
    reading.columns.push_back(in_file[i]);
  }
  auto frame = read_table(paths, reading);
  for (auto& column : frame.columns)
    if (const auto place = std::find(in_file.begin(), in_file.end(), column.name); place != in_file.end())
      column.name = names[static_cast<size_t>(place - in_file.begin())];
  return frame;
}

/// Adds the rows of a part: rows of the table, or a separate file, whose unseen words are noted.
std::optional<Dataset> table_part(TrainingData& data, const TableDataOptions& options, const Frame& frame,
                                  const Tensor& rows, const std::filesystem::path& path, const char* name) {
  const auto note_sample = [&](int64_t all) {
    data.notes.push_back(
        fmt::format("{}: {} of {} rows are used, drawn at random", name, std::min(all, options.most_rows), all));
  };
  if (rows.size(0) > options.most_rows) note_sample(rows.size(0));
  if (rows.numel() > 0) return table_batches(data.model, {frame, some_rows(rows, options)});
  if (path.empty()) return std::nullopt;
  UnseenCounts unseen;
  auto part = read_labelled_rows(data.model, path, {}, options.read, &unseen);
  if (part.rows() > options.most_rows) {
    note_sample(part.rows());
    part = part.select(random_sample(part.rows(), options.most_rows, options.seed, kSampleStream));
  }
  if (!unseen.empty()) data.notes.push_back(fmt::format("{}: {}", path.string(), unseen.line()));
  return part;
}

/// Returns the raw rows of the part that the model is evaluated on.
Frame measured_rows(const Model& model, const TableDataOptions& options, const Frame& frame, const Split& split) {
  const auto some = [&](const FrameRows& rows) { return sample_rows(rows, kDescribedRows, options.seed); };
  for (const auto& [rows, path] :
       {std::pair(split.test, options.split.test_path), std::pair(split.validation, options.split.validation_path)}) {
    if (rows.numel() > 0) return some({frame, rows});
    if (!path.empty()) return some(read_raw_rows(model, path, {}, options.read));
  }
  return some({frame, split.train});
}

/// Returns the weight of each row; undefined if no column is named. Products of weights and losses must be float32.
Tensor weights_of(const TableDataOptions& options, const Frame& frame) {
  if (options.weight.empty()) return {};
  constexpr double least = 1e-30, most = 1e30;
  const auto weights = as_numbers(frame.at(options.weight)).numbers;
  const auto is_bad = [](const Tensor& block) { return ~(block.eq(0) | (block.ge(least) & block.le(most))); };
  if (const auto row = find_rows(weights, is_bad).first; row >= 0)
    fail(ErrorKind::input, "weight column \"{}\": must be 0, or from {} to {}, got {} in row {}; only ratios count",
         options.weight, least, most, weights[row].item<double>(), row + 1);
  if (!has_row(weights, [](const Tensor& block) { return block > 0; }))
    fail(ErrorKind::input, "weight column \"{}\": must have a weight above 0, all are 0", options.weight);
  return converted(weights, at::kFloat, [](const Tensor& block) { return block; });
}

/// Returns the columns that are not inputs: ignored columns, further targets, weights and groups.
Names left_out(const TableDataOptions& options) {
  auto names = options.preprocess.ignore;
  for (size_t i = 1; i < options.target.size(); ++i) names.push_back(options.target[i]);
  for (const auto& name : {options.weight, options.split.group})
    if (!name.empty() && !contains(names, name)) names.push_back(name);
  return names;
}

/// Returns a model without a network. Its preprocessing and a numeric target are fitted on the training rows; classes
/// are those of the whole table.
Model fit_preparation(const TrainingTable& table, const Tensor& rows, const TableDataOptions& options) {
  const FrameRows train(table.frame, some_rows(rows, options));
  auto target = options.target_options;
  target.task = table.target.task();
  target.readings = table.readings;
  auto preprocess = options.preprocess;
  for (const auto& [name, reading] : table.readings)
    if (!contains(options.target, name)) preprocess.readings[name] = reading;
  preprocess.seed = options.seed;
  if (train.size() < rows.size(0)) preprocess.sampled_from = rows.size(0);
  preprocess.ignore = left_out(options);
  std::erase_if(preprocess.ignore, [&](const auto& name) { return !table.frame.find(name); });  // not read
  Model model;
  model.target =
      table.target.is_number() ? Target::fit(train.frame(options.target), options.target, target) : table.target;
  model.table = TablePreprocess::fit(train, options.target.front(), preprocess);
  return model;
}

Frame first_rows(Frame frame, int64_t count) {
  for (auto& column : frame.columns) {
    auto& values = column.kind == Column::Kind::number ? column.numbers : column.codes;
    values = values.narrow(0, 0, count);
  }
  frame.sources.clear();
  return frame;
}

/// Keeps the values of a changed column where those of the column before it were.
Column kept_like(const Column& before, Column column) {
  const auto& like = before.kind == Column::Kind::number ? before.numbers : before.codes;
  auto& values = column.kind == Column::Kind::number ? column.numbers : column.codes;
  values = spilled_like(like, values);
  release_pages(values);
  return column;
}

/// Leaves out the rows without a target.
void drop_missing_targets(TrainingTable& table, const TableDataOptions& options) {
  auto present = at::ones({table.frame.rows()}, at::kBool);
  for_blocks(table.frame.rows(), [&](int64_t begin, int64_t count) {
    for (const auto& column : FrameRows(table.frame).block(options.target, begin, count).columns)
      present.narrow(0, begin, count) &= column.missing().logical_not();
  });
  const auto left = find_rows(present, [](const Tensor& block) { return block; }).count;
  if (left == table.frame.rows()) return;
  table.notes.push_back(
      fmt::format("{} of {} rows are left out: they have no target", table.frame.rows() - left, table.frame.rows()));
  auto rows = room_for({left}, at::kLong);
  for (int64_t begin = 0, place = 0; begin < present.size(0); begin += kBlockRows) {
    const auto here = present.slice(0, begin, begin + kBlockRows).nonzero().squeeze(1) + begin;
    rows.narrow(0, place, here.size(0)).copy_(here);
    place += here.size(0);
  }
  for (auto& column : table.frame.columns) column = kept_like(column, take_rows(column, rows));
  table.frame.first_row = 1;
  table.frame.sources.clear();
}

/// Returns the columns whose words are only compared.
Names compared_columns(const TableDataOptions& options) {
  auto names = options.preprocess.categorical;
  if (!options.split.group.empty()) names.push_back(options.split.group);
  return names;
}

/// Learns how the columns are read, and reads them so.
void read_columns(TrainingTable& table, const TableDataOptions& options) {
  LearnOptions how{.numeric = options.preprocess.numeric,
                   .categorical = compared_columns(options),
                   .skip = options.preprocess.ignore};
  if (const auto footer = count_footer_rows(table.frame, how); footer > 0) {
    const auto rows = table.frame.rows() - footer;
    table.notes.push_back(fmt::format("the last {} {} left out: a footer, no data", footer == 1 ? "row" : "rows",
                                      footer == 1 ? "is" : fmt::format("({}) are", footer)));
    table.frame = first_rows(table.frame, rows);
  }
  table.readings = learn_target_readings(table.frame, options.target, options.target_options);
  how.skip.insert(how.skip.end(), options.target.begin(), options.target.end());
  for (const auto& name : {options.weight, options.split.time})
    if (!name.empty()) how.strict.push_back(name);
  table.readings.merge(learn_readings(table.frame, how));
  for (auto& column : table.frame.columns)
    if (const auto reading = table.readings.find(column.name); reading != table.readings.end())
      column = kept_like(column, read_column(column, reading->second, table.frame));
  if (options.drop_missing) drop_missing_targets(table, options);
}

void require_target(const TableDataOptions& options) {
  if (options.target.empty()) fail(ErrorKind::usage, "target: a table needs the name of the column to predict");
}

}  // namespace

TrainingTable check_table(Frame frame, const TableDataOptions& options) {
  require_target(options);
  TrainingTable table{.frame = std::move(frame), .target = {}};
  for (const auto& name : options.preprocess.ignore) table.frame.at(name);
  // Values are checked before rows are split, because messages could not name the row after that.
  read_columns(table, options);
  // The classes are those of the whole table, because a rare class may be in one part only.
  auto target = options.target_options;
  target.readings = table.readings;
  table.target = Target::fit(table.frame, options.target, target);
  table.rule = split_rule(options.split, table.frame, table.target);
  table.weights = weights_of(options, table.frame);
  return table;
}

TrainingTable read_training_table(const TablePaths& paths, const TableDataOptions& options) {
  if (const auto kind = detect_data(paths.first()); kind != DataKind::table)
    fail(ErrorKind::usage, "{}: tabular networks train on a table, this is {}", paths.text(),
         kind == DataKind::unknown ? "neither a table nor images" : "of the kind: " + text_of(kind));
  require_target(options);
  return with_error_context(paths.text(), [&] {
    auto reading = options.read;
    reading.text = options.preprocess.categorical;
    reading.ignore = options.preprocess.ignore;
    auto used = options;  // columns that are not read cannot be named
    used.preprocess.ignore.clear();
    auto table =
        with_located_rows(read_table(paths, reading), [&](Frame frame) { return check_table(std::move(frame), used); });
    table.source = paths.text();
    return table;
  });
}

Split split_table(const TrainingTable& table, const TableDataOptions& options) {
  const auto& split = options.split;
  const double validation = split.validation_path.empty() ? split.validation.value_or(0.1) : 0;
  const double test = split.test_path.empty() ? split.test.value_or(0) : 0;
  return with_error_context(table.source,
                            [&] { return split_rows(table.frame.rows(), validation, test, table.rule, options.seed); });
}

TrainingData make_table_data(const TrainingTable& table, const Split& split, const TableDataOptions& options) {
  const FrameRows train(table.frame, split.train);
  const auto weights = table.weights.defined() ? selected_rows(table.weights, split.train) : Tensor();
  auto model = with_error_context(table.source, [&] { return fit_preparation(table, split.train, options); });
  auto rows = balanced(table_batches(model, train, weights), *model.target, options.balance);
  TrainingData data{.model = std::move(model), .train = std::move(rows)};
  data.rule = table.rule.at(split.train);
  data.notes = table.notes;
  for (const auto* notes : {&table.target.notes(), &data.model.table->notes()})
    data.notes.insert(data.notes.end(), notes->begin(), notes->end());
  if (train.size() > options.most_rows)
    data.notes.push_back(fmt::format("preprocessing is fitted on {} of {} training rows, drawn at random",
                                     options.most_rows, train.size()));
  data.validation =
      table_part(data, options, table.frame, split.validation, options.split.validation_path, "validation");
  data.test = table_part(data, options, table.frame, split.test, options.split.test_path, "test");
  data.sample = sample_rows(train, kDescribedRows, options.seed);
  data.measured = measured_rows(data.model, options, table.frame, split);
  if (options.background > 0)
    data.model.background = data.model.table->transform(sample_rows(train, options.background, options.seed));
  return data;
}

TrainingData make_table_data(Frame frame, const Split& split, const TableDataOptions& options) {
  return make_table_data(check_table(std::move(frame), options), split, options);
}

TrainingData make_table_data(Frame frame, const TableDataOptions& options) {
  const auto table = check_table(std::move(frame), options);
  return make_table_data(table, split_table(table, options), options);
}

TrainingData read_table_data(const TablePaths& paths, const TableDataOptions& options) {
  const auto table = read_training_table(paths, options);
  return make_table_data(table, split_table(table, options), options);
}

Frame read_raw_rows(const Model& model, const TablePaths& paths, const Names& target, const TableReadOptions& options) {
  return with_error_context(paths.text(),
                            [&] { return model.table->read(read_needed(model, paths, target, options)); });
}

Dataset read_labelled_rows(const Model& model, const TablePaths& paths, const Names& target,
                           const TableReadOptions& options, UnseenCounts* unseen, DriftCounts* drift) {
  if (const auto kind = detect_data(paths.first()); kind != DataKind::table)
    fail(ErrorKind::usage, "{}: the model reads a table, this is of the kind: {}", paths.text(), text_of(kind));
  return with_error_context(paths.text(), [&] {
    return with_located_rows(read_needed(model, paths, target, options), [&](const Frame& frame) {
      auto rows = table_batches(model, frame, {}, unseen);
      if (drift) drift->add(frame);
      return rows;
    });
  });
}

}  // namespace reszoo

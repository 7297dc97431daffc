// Fits a target: its task, classes and scale.
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "reszoo/base/error.h"
#include "reszoo/base/spilled.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/dates.h"
#include "reszoo/preprocess/target.h"
#include "scaler_fit.h"
#include "target_values.h"
#include "word_fit.h"

namespace reszoo {
namespace {

using Names = std::vector<std::string>;

// Integers with more distinct values than this are treated as a quantity.
constexpr int64_t most_classes = 20;
// So many are classes even if no class occurs twice.
constexpr int64_t few_classes = 5;

template <typename Number>
int64_t count_some(const Tensor& values, int64_t most) {
  const auto dense = values.contiguous();
  const auto* value = dense.const_data_ptr<Number>();
  std::set<Number> different;
  for (int64_t i = 0; i < dense.numel() && std::ssize(different) <= most; ++i) different.insert(value[i]);
  return std::ssize(different);
}

/// Returns how many different values there are, or a number above `most_classes` if they are more.
int64_t count_different(const Column& column) {
  return column.kind == Column::Kind::number ? count_some<double>(column.numbers, most_classes)
                                             : count_some<int64_t>(column.codes, most_classes);
}

bool are_whole(const Tensor& numbers) {
  return !has_row(numbers, [](const Tensor& block) { return block != block.round(); });
}

/// Returns the unit in which the numbers are fitted, see `power_unit`.
double unit_of(const Tensor& numbers) {
  double most = 0;
  for (int64_t begin = 0; begin < numbers.size(0); begin += kBlockRows) {
    const auto block = numbers.narrow(0, begin, std::min(kBlockRows, numbers.size(0) - begin));
    most = std::max(most, block.abs().nan_to_num(0).max().item<double>());
  }
  return detail::power_unit(most);
}

/// Mean and standard deviation of numbers. Those of many are joined from large blocks.
/// Source: Chan, Golub and LeVeque 1979.
struct TargetMoments {
  double count = 0, mean = 0, deviation = 0;

  TargetMoments(const Tensor& numbers, double unit) {
    constexpr int64_t at_once = int64_t{1} << 22;
    for (int64_t begin = 0; begin < numbers.size(0); begin += at_once) {
      join(numbers.narrow(0, begin, std::min(at_once, numbers.size(0) - begin)) / unit);
      release_pages(numbers);
    }
  }

  void join(const Tensor& block) {
    const auto rows = static_cast<double>(block.numel());
    const double middle = block.mean().item<double>(), spread = block.std(/*unbiased=*/false).item<double>();
    if (count == 0) {
      mean = middle;
      deviation = spread;
    } else {
      const double share = rows / (count + rows), distance = middle - mean;
      mean += distance * share;
      deviation = std::sqrt((1 - share) * deviation * deviation + share * spread * spread +
                            share * (1 - share) * distance * distance);
    }
    count += rows;
  }
};

/// Checks that no row is missing, and that not all values are equal.
void check_target_values(const Column& column) {
  if (column.size() == 0) fail(ErrorKind::input, "target \"{}\": must have rows, got none", column.name);
  check_rows(missing_rows(column), column.name, "missing value", 1, "; --drop-missing leaves out such rows");
  if (column.kind == Column::Kind::number) finite_numbers(column);
  if (count_different(column) == 1)
    fail(ErrorKind::input, "target \"{}\": must have different values, got one in all {} rows", column.name,
         column.size());
}

/// Whole numbers are names of classes if they are few, and not nearly as many as rows.
Task task_of(const Column& column) {
  const auto different = count_different(column);
  if (column.date) return Task::regression;
  if (different == 2) return Task::binary;
  if (column.kind == Column::Kind::text) return Task::multiclass;
  const bool whole = are_whole(column.numbers);
  const bool classes = different <= few_classes || (different <= most_classes && 2 * different <= column.size());
  return whole && classes ? Task::multiclass : Task::regression;
}

Task task_of(const Frame& table) {
  if (table.columns.size() == 1) return task_of(table.columns.front());
  const auto& columns = table.columns;
  const bool pairs = std::all_of(columns.begin(), columns.end(), [](const auto& c) { return count_different(c) == 2; });
  return pairs ? Task::multilabel : Task::regression;
}

/// Returns the classes that occur: words sorted by name, numbers by value.
Names classes_of(const Column& column) {
  const auto text = as_text(column);
  Names classes;
  for (const auto& [word, rows] : counted_words(text)) classes.push_back(word);
  if (column.kind == Column::Kind::text) std::sort(classes.begin(), classes.end());
  return classes;
}

bool is_number_task(Task task) { return task == Task::regression || task == Task::quantile || task == Task::count; }

/// Returns what to say about classes that may be none, or "".
std::string note_on_classes(const Column& column, const Target& target) {
  if (target.task() != Task::multiclass) return "";
  const auto classes = std::ssize(target.classes());
  if (column.kind == Column::Kind::number)
    return fmt::format("target \"{}\": its {} different whole numbers are classes; --task regression predicts a number",
                       column.name, classes);
  if (classes <= most_classes || 2 * classes <= column.size()) return "";
  return fmt::format("target \"{}\": its {} different words in {} rows are classes", column.name, classes,
                     column.size());
}

}  // namespace

ColumnReadings learn_target_readings(const Frame& table, const Names& names, const TargetOptions& options) {
  LearnOptions how{.may_drop = true};
  const bool classes = options.task && !is_number_task(*options.task);
  if (!classes) how.strict = names;
  for (const auto& column : table.columns) {
    const bool target = std::find(names.begin(), names.end(), column.name) != names.end();
    if (!target || options.readings.contains(column.name)) how.skip.push_back(column.name);
    else if (options.task && !classes && column.kind == Column::Kind::text && !holds_dates(column))
      how.numeric.push_back(column.name);
  }
  auto readings = learn_readings(table, how);
  // Classes are words as they are spelt, unless all of them are numbers that a reader may deliver as numbers.
  for (auto& [name, reading] : readings)
    if (classes && reading != ColumnReading{.missing = reading.missing, .binary = reading.binary})
      reading = {.kind = ColumnKind::category, .missing = table.notation.missing};
  for (const auto& name : names)
    if (const auto known = options.readings.find(name); known != options.readings.end()) readings[name] = known->second;
  return readings;
}

void Target::fit_numbers(const Frame& table) {
  for (const auto& column : table.columns) {
    const auto numbers = finite_numbers(column);
    whole_days_ = is_date() && are_whole(numbers);
    const double unit = unit_of(numbers);
    const TargetMoments moments(numbers, unit);
    mean_.push_back(moments.mean * unit);
    scale_.push_back(moments.deviation * unit);
    if (!(scale_.back() > 0))
      fail(ErrorKind::input, "target \"{}\": must have different values, got one in all {} rows", column.name,
           column.size());
  }
}

void Target::fit_counts(const Frame& table) {
  for (const auto& column : table.columns)
    check_rows(negative_rows(finite_numbers(column)), column.name, "negative count");
  mean_.assign(names_.size(), 0);
  scale_.assign(names_.size(), 1);
}

void Target::fit_classes(const Column& column, const TargetOptions& options) {
  classes_ = options.classes.empty() ? classes_of(column) : options.classes;
  encode_classes(column, classes_);
  if (task_ == Task::ordinal && options.classes.empty() && column.kind == Column::Kind::text &&
      !std::all_of(classes_.begin(), classes_.end(), [](const auto& word) { return number_in(word).has_value(); }))
    fail(ErrorKind::usage,
         "target \"{}\": ordinal needs the order of its classes; --classes gives it, the lowest first: {}", column.name,
         fmt::join(classes_, ","));
  if (task_ == Task::binary && classes_.size() != 2)
    fail(ErrorKind::input, "target \"{}\": binary needs two classes, got {}: {}", column.name, classes_.size(),
         list(classes_));
}

void Target::fit_labels(const Frame& table) {
  for (const auto& column : table.columns) {
    labels_.push_back(classes_of(column));
    if (labels_.back().size() != 2)
      fail(ErrorKind::input, "target \"{}\": multilabel needs two different values, got {}: {}", column.name,
           labels_.back().size(), list(labels_.back()));
  }
}

Target Target::fit(const Frame& table, const Names& names, const TargetOptions& options) {
  if (names.empty()) fail(ErrorKind::usage, "target: must name a column, got none");
  Target target;
  target.names_ = names;
  const auto written = selected_columns(table, names);
  const auto readings = learn_target_readings(table, names, options);
  for (const auto& name : names) target.readings_.push_back(readings.at(name));
  const auto chosen = target.read(written);
  for (const auto& column : chosen.columns) check_target_values(column);
  for (const auto& reading : target.readings_) {
    if (!reading.note.empty()) target.notes_.push_back(reading.note);
    if (reading.kind == ColumnKind::date && names.size() > 1)
      fail(ErrorKind::input, "target: several targets must be numbers or pairs of classes, got dates among {}",
           list(names));
  }
  target.task_ = options.task.value_or(task_of(chosen));
  const bool several =
      target.task_ == Task::regression || target.task_ == Task::count || target.task_ == Task::multilabel;
  if (names.size() > 1 && !several)
    fail(ErrorKind::usage, "target: {} takes one column, got {}: {}", text_of(target.task_), names.size(), list(names));
  if (target.task_ == Task::count) target.fit_counts(chosen);
  else if (target.is_number()) target.fit_numbers(chosen);
  else if (target.task_ == Task::multilabel) target.fit_labels(chosen);
  else target.fit_classes(chosen.columns.front(), options);
  if (target.task_ == Task::quantile) target.quantiles_ = options.quantiles;
  if (target.task_ == Task::binary || target.task_ == Task::multilabel) target.thresholds_.assign(names.size(), 0.5);
  if (!target.is_number()) target.temperatures_.assign(target.task_ == Task::multilabel ? names.size() : 1, 1.0);
  target.check();
  if (const auto alike = look_alikes(target.classes()); !alike.empty())
    target.notes_.push_back(
        fmt::format("target \"{}\": \"{}\" are different classes", target.name(), fmt::join(alike, "\" and \"")));
  if (!options.task)
    if (auto note = note_on_classes(chosen.columns.front(), target); !note.empty())
      target.notes_.push_back(std::move(note));
  return target;
}

Target Target::fit(const Column& column, std::optional<Task> task) {
  return fit(Frame{{column}}, {column.name}, {.task = task});
}

}  // namespace reszoo

// Fits the preprocessing of a table.
#include <torch/types.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "column_summary.h"
#include "reszoo/base/error.h"
#include "reszoo/base/limited_parallel.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/table_preprocess.h"
#include "reszoo/preprocess/word_lookup.h"
#include "scaler_fit.h"
#include "table_tensors.h"
#include "word_fit.h"

namespace reszoo {
namespace {

using Names = std::vector<std::string>;

bool is_listed(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string left_out(const Column& column, const std::string& why) {
  return fmt::format("column \"{}\" is left out: {}", column.name, why);
}

bool varies(const Tensor& values) {
  const auto there = values.masked_select(~values.isnan());
  return there.numel() > 1 && (there != there[0]).any().item<bool>();
}

/// Returns a category with one spelling for equal numbers, dates or booleans, if all of its words are such.
Column with_plain_words(const Column& column) {
  const auto words = counted_words(column);
  const auto all = [&](auto holds) {
    return std::all_of(words.begin(), words.end(), [&](const auto& counted) { return holds(counted.word); });
  };
  const auto is_boolean = [](const std::string& word) {
    return plain_word(word) == "true" || plain_word(word) == "false";
  };
  const bool numbers = all([](const std::string& word) { return plain_number(word).has_value(); });
  const bool dates = all([](const std::string& word) { return date_in(word).has_value(); });
  // Two spellings of a boolean are two words.
  const bool booleans = words.size() <= 2 && all(is_boolean);
  if (words.empty() || !(numbers || dates || booleans)) return column;
  std::map<std::string, int64_t> code_of;
  std::vector<int64_t> codes;
  Column plain{column.name, Column::Kind::text, {}, {}, {}};
  for (const auto& word : column.words) {
    const auto [place, fresh] = code_of.try_emplace(plain_word(word), static_cast<int64_t>(plain.words.size()));
    if (fresh) plain.words.push_back(place->first);
    codes.push_back(place->second);
  }
  if (booleans && code_of.size() < words.size()) return column;
  codes.push_back(-1);
  plain.codes = torch::tensor(codes, torch::kInt64).index({column.codes});
  return plain;
}

/// Returns how the input columns are read: as was learnt before, or else as their words tell.
ColumnReadings readings_for(const FrameRows& rows, const std::string& target, const TablePreprocessOptions& options) {
  LearnOptions how{.numeric = options.numeric, .categorical = options.categorical, .skip = options.ignore};
  how.skip.push_back(target);
  for (const auto& [name, reading] : options.readings) how.skip.push_back(name);
  const auto names = rows.table().names();
  const bool known =
      std::all_of(names.begin(), names.end(), [&](const auto& name) { return is_listed(how.skip, name); });
  auto readings = known ? ColumnReadings{} : learn_readings(rows.frame(), how);
  for (const auto& [name, reading] : options.readings)
    if (name != target && !is_listed(options.ignore, name)) readings[name] = reading;
  return readings;
}

}  // namespace

/// Fits one column, apart from its scale.
struct TablePreprocess::Fitting {
  TablePreprocess& fitted;
  const TablePreprocessOptions& options;

  void add(const Column& column, const ColumnReading& reading, const Frame& table) {
    if (!reading.note.empty()) fitted.notes_.push_back(reading.note);
    fitted.readings_[column.name] = reading;
    const auto read = read_column(column, reading, table);
    switch (reading.kind) {
      case ColumnKind::number: return add_number(read);
      case ColumnKind::date: return add_date(read);
      case ColumnKind::category: return add_category(with_plain_words(read));
    }
  }

  void add_number(Column column) {
    if (const auto infinite = count_true(column.numbers.isinf()); infinite > 0) {
      fitted.notes_.push_back(
          fmt::format("column \"{}\" has infinite numbers in {} rows; they count as missing", column.name, infinite));
      column.numbers = without_infinite(column.numbers);
    }
    if (const auto why = why_without_numbers(column, is_named(column, options), options.sampled_from); !why.empty())
      return fitted.notes_.push_back(left_out(column, why));
    add_indicator(column);
    fitted.numbers_.push_back({column.name});
    fitted.summaries_.push_back(summary_of_numbers(column, "number"));
  }

  void add_date(const Column& column) {
    if (const auto why = why_without_numbers(column, true); !why.empty())
      return fitted.notes_.push_back(left_out(column, why));
    add_indicator(column);
    for (const auto part : date_parts)
      if (part == DatePart::days || varies(part_of(column.numbers, part)))
        fitted.numbers_.push_back({column.name, part});
    fitted.summaries_.push_back(summary_of_numbers(column, "date"));
  }

  void add_category(const Column& column) {
    const auto counts = words_in(column);
    auto why = why_without_words(counts, is_named(column, options));
    const auto least = rare_limit(column.size(), options);
    const auto is_number = [](const std::string& word) { return word.empty() || plain_number(word); };
    auto summary = summary_of_words(column, counts, least);
    Category category{column.name, summary.words, std::all_of(counts.words.begin(), counts.words.end(), is_number)};
    if (why.empty() && category.words.empty())
      why = fmt::format("none of its {} words is in {} rows", counts.words.size(), least);
    if (!why.empty()) return fitted.notes_.push_back(left_out(column, why));
    if (const auto alike = look_alikes(category.words); !alike.empty())
      fitted.notes_.push_back(
          fmt::format("column \"{}\": \"{}\" are different words", column.name, fmt::join(alike, "\" and \"")));
    category.lookup = std::make_shared<const WordLookup>(category.words);
    fitted.categories_.push_back(std::move(category));
    fitted.summaries_.push_back(std::move(summary));
  }

  /// Adds the indicator of the number that is added next.
  void add_indicator(const Column& column) {
    if (needs_indicator(count_true(column.missing()), column.size()))
      fitted.indicators_.push_back(static_cast<int64_t>(fitted.numbers_.size()));
  }
};

/// Adds what was fitted on one column.
void TablePreprocess::append(TablePreprocess&& column) {
  const auto add = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  for (const auto place : column.indicators_) indicators_.push_back(place + static_cast<int64_t>(numbers_.size()));
  add(numbers_, column.numbers_);
  add(categories_, column.categories_);
  add(notes_, column.notes_);
  add(summaries_, column.summaries_);
  readings_.merge(column.readings_);
}

TablePreprocess TablePreprocess::fit(const FrameRows& rows, const std::string& target,
                                     const TablePreprocessOptions& options) {
  const auto& table = rows.table();
  table.at(target);
  check_options(table, target, options);
  const auto learnt = readings_for(rows, target, options);
  std::vector<const Column*> columns;
  for (const auto& column : table.columns)
    if (learnt.contains(column.name)) columns.push_back(&column);
  std::vector<TablePreprocess> each(columns.size());
  const auto count = std::ssize(columns);
  limited_parallel(count, detail::column_workers(count), [&](int64_t i) {
    const auto& column = *columns[static_cast<size_t>(i)];
    Fitting{each[static_cast<size_t>(i)], options}.add(rows.column(column.name), learnt.at(column.name), rows.head());
    release_pages(column);
  });
  TablePreprocess fitted;
  for (auto& column : each) fitted.append(std::move(column));
  std::erase_if(fitted.readings_, [&](const auto& item) { return !is_listed(fitted.inputs(), item.first); });
  if (fitted.numbers_.empty() && fitted.categories_.empty())
    fail(ErrorKind::input, "table: no column is left to learn from{}{}", fitted.notes_.empty() ? "" : "; ",
         list(fitted.notes_));
  if (fitted.numbers_.empty()) return fitted;
  const auto quantiles = std::max<int64_t>(std::min<int64_t>(rows.size() / 30, 1000), 10);  // as in rtdl
  Names names;
  for (const auto& number : fitted.numbers_) names.push_back(number.column);
  const NumberColumns numbers{rows.size(), std::ssize(fitted.numbers_), [&](int64_t i) {
                                return fitted.values_of(fitted.numbers_[static_cast<size_t>(i)], rows);
                              }};
  fitted.scaler_ = Scaler::fit(numbers, names, {options.scaling, quantiles, options.noise, options.seed});
  return fitted;
}

}  // namespace reszoo

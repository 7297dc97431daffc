#include "reszoo/preprocess/table_preprocess.h"

#include <torch/types.h>

#include <algorithm>

#include "column_rules.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using Names = std::vector<std::string>;

const Names booleans{"", "false", "true"};

bool is_listed(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Returns whether all of these sorted words are booleans as written by a reader.
bool are_booleans(const Names& words) {
  return std::includes(booleans.begin(), booleans.end(), words.begin(), words.end());
}

/// Returns "True", "TRUE" and "1" as "true", and so on; other words unchanged.
std::string boolean_word(const std::string& word) {
  std::string lower = word;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return lower == "1" ? "true" : lower == "0" ? "false" : lower;
}

std::string left_out(const Column& column, const std::string& why) {
  return fmt::format("column \"{}\" is left out: {}", column.name, why);
}

Tensor matrix_of(const std::vector<Tensor>& columns, int64_t rows, torch::Dtype type) {
  return columns.empty() ? torch::empty({rows, 0}, type) : torch::stack(columns, 1).to(type);
}

Tensor without_infinite(const Tensor& numbers) {
  return numbers.masked_fill(numbers.isinf(), std::numeric_limits<double>::quiet_NaN());
}

int64_t count(const Tensor& truths) { return truths.sum().item<int64_t>(); }

bool varies(const Tensor& values) {
  const auto there = values.masked_select(~values.isnan());
  return there.numel() > 1 && (there != there[0]).any().item<bool>();
}

}  // namespace

/// The state during fitting, with the values to fit the scaler on.
struct TablePreprocess::Fitting {
  TablePreprocess& fitted;
  const TablePreprocessOptions& options;
  std::vector<Tensor> values = {};

  void add(const Column& column) {
    switch (kind_of(column, options)) {
      case ColumnKind::number: return add_number(as_numbers(column));
      case ColumnKind::date: return add_date(as_dates(column));
      case ColumnKind::category: return add_category(as_text(column), column.kind == Column::Kind::number);
    }
  }

  void add_number(Column column) {
    if (const auto infinite = count(column.numbers.isinf()); infinite > 0) {
      fitted.notes_.push_back(
          fmt::format("column \"{}\" has infinite numbers in {} rows; they count as missing", column.name, infinite));
      column.numbers = without_infinite(column.numbers);
    }
    if (const auto why = why_without_numbers(column, is_named(column, options)); !why.empty())
      return fitted.notes_.push_back(left_out(column, why));
    add_indicator(column);
    fitted.numbers_.push_back({column.name});
    values.push_back(column.numbers);
    fitted.summaries_.push_back(summary_of(column, "number"));
  }

  void add_date(const Column& column) {
    if (const auto why = why_without_numbers(column, true); !why.empty())
      return fitted.notes_.push_back(left_out(column, why));
    add_indicator(column);
    for (const auto part : date_parts)
      if (const auto numbers = part_of(column.numbers, part); part == DatePart::days || varies(numbers)) {
        fitted.numbers_.push_back({column.name, part});
        values.push_back(numbers);
      }
    fitted.summaries_.push_back(summary_of(column, "date"));
  }

  void add_category(const Column& column, bool numbers) {
    const auto counts = words_in(column);
    auto why = why_without_words(counts, is_named(column, options));
    const auto least = rare_limit(column.size(), options);
    Category category{column.name, {}, numbers};
    ColumnSummary summary{.name = column.name, .kind = "category", .missing = share(count(column.missing()), column)};
    for (size_t i = 0; i < counts.words.size(); ++i)
      if (counts.rows[i] >= least) category.words.push_back(counts.words[i]);
      else summary.rare += counts.rows[i];
    if (why.empty() && category.words.empty())
      why = fmt::format("none of its {} words is in {} rows", counts.words.size(), least);
    if (!why.empty()) return fitted.notes_.push_back(left_out(column, why));
    summary.words = category.words;
    fitted.categories_.push_back(std::move(category));
    fitted.summaries_.push_back(std::move(summary));
  }

  /// Adds the indicator of the number that is added next.
  void add_indicator(const Column& column) {
    if (needs_indicator(count(column.missing()), column.size()))
      fitted.indicators_.push_back(static_cast<int64_t>(fitted.numbers_.size()));
  }

  static double share(int64_t rows, const Column& column) {
    return static_cast<double>(rows) / static_cast<double>(column.size());
  }

  static ColumnSummary summary_of(const Column& column, const char* kind) {
    return {.name = column.name,
            .kind = kind,
            .missing = share(count(column.missing()), column),
            .quantiles = five_quantiles(column.numbers)};
  }
};

TablePreprocess TablePreprocess::fit(const Frame& table, const std::string& target,
                                     const TablePreprocessOptions& options) {
  table.at(target);
  check_options(table, target, options);
  TablePreprocess fitted;
  Fitting fitting{fitted, options};
  for (const auto& column : table.columns)
    if (column.name != target && !is_listed(options.ignore, column.name)) fitting.add(column);
  if (fitted.numbers_.empty() && fitted.categories_.empty())
    fail(ErrorKind::input, "table: no column is left to learn from{}{}", fitted.notes_.empty() ? "" : "; ",
         list(fitted.notes_));
  if (fitted.numbers_.empty()) return fitted;
  const auto rows = table.rows();
  const auto quantiles = std::max<int64_t>(std::min<int64_t>(rows / 30, 1000), 10);  // as in rtdl
  Names names;
  for (const auto& number : fitted.numbers_) names.push_back(number.column);
  fitted.scaler_ = Scaler::fit(matrix_of(fitting.values, rows, torch::kFloat64), names,
                               {options.scaling, quantiles, options.noise, options.seed});
  return fitted;
}

Tensor TablePreprocess::codes(const Category& category, const Column& column) const {
  const auto text = as_text(column);
  const bool boolean = are_booleans(category.words);
  const auto code_of = [&](const std::string& word) {
    const auto found = std::lower_bound(category.words.begin(), category.words.end(), word);
    return found != category.words.end() && *found == word ? found - category.words.begin() : -1;
  };
  // One code per word, and a final one that the code -1 (missing) indexes.
  std::vector<int64_t> codes;
  for (const auto& word : text.words) codes.push_back(code_of(boolean ? boolean_word(word) : word));
  codes.push_back(code_of(""));
  return torch::tensor(codes, torch::kInt64).index({text.codes});
}

void TablePreprocess::check_columns(const Frame& table) const {
  Names lost;
  for (const auto& name : inputs())
    if (!table.find(name)) lost.push_back(name);
  if (lost.size() == 1) table.at(lost[0]);  // throws, and suggests a similar name
  if (!lost.empty()) fail(ErrorKind::input, "table: no columns \"{}\"", fmt::join(lost, "\", \""));
}

std::vector<Tensor> TablePreprocess::numbers_of(const Frame& table) const {
  std::vector<Tensor> numbers;
  std::string name;
  Tensor days;
  for (const auto& number : numbers_) {
    const auto& column = table.at(number.column);
    if (!number.part) {
      numbers.push_back(without_infinite(as_numbers(column, table.first_row).numbers));
      continue;
    }
    if (!days.defined() || name != number.column) days = without_infinite(as_dates(column, table.first_row).numbers);
    name = number.column;
    numbers.push_back(part_of(days, *number.part));
  }
  return numbers;
}

Tensor TablePreprocess::transform(const Frame& table) const {
  check_columns(table);
  const auto numbers = numbers_of(table);
  std::vector<Tensor> indicators, codes;
  for (const auto place : indicators_) indicators.push_back(numbers[static_cast<size_t>(place)].isnan());
  for (const auto& category : categories_) codes.push_back(this->codes(category, table.at(category.name)));
  const auto rows = table.rows();
  auto scaled = matrix_of(numbers, rows, torch::kFloat64);
  if (scaler_) scaled = scaler_->transform(scaled);
  return torch::cat({scaled.to(torch::kFloat32), matrix_of(indicators, rows, torch::kFloat32),
                     matrix_of(codes, rows, torch::kFloat32)},
                    1);
}

std::vector<int64_t> TablePreprocess::cardinalities() const {
  std::vector<int64_t> counts;
  for (const auto& category : categories_) counts.push_back(static_cast<int64_t>(category.words.size()));
  return counts;
}

Names TablePreprocess::columns() const {
  Names names;
  for (const auto& number : numbers_)
    names.push_back(number.part ? number.column + " " + text_of(*number.part) : number.column);
  for (const auto place : indicators_) names.push_back(numbers_[static_cast<size_t>(place)].column + " missing");
  for (const auto& category : categories_) names.push_back(category.name);
  return names;
}

Names TablePreprocess::inputs() const {
  Names names;
  for (const auto& number : numbers_)
    if (names.empty() || names.back() != number.column) names.push_back(number.column);
  for (const auto& category : categories_) names.push_back(category.name);
  return names;
}

Names TablePreprocess::text_columns() const {
  Names names;
  // A reader writes booleans as "true" and "false" only if it detects booleans.
  for (const auto& category : categories_)
    if (!category.numbers && !are_booleans(category.words)) names.push_back(category.name);
  return names;
}

std::map<std::string, Tensor> TablePreprocess::tensors() const {
  return scaler_ ? scaler_->tensors() : std::map<std::string, Tensor>{};
}

}  // namespace reszoo

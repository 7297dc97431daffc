#include "column_rules.h"

#include <torch/types.h>

#include <algorithm>
#include <map>
#include <set>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "word_fit.h"

namespace reszoo {
namespace {

using Names = std::vector<std::string>;

// Fewer rows are not enough evidence that a column identifies them.
constexpr int64_t identifier_rows = 20;
// A random sample of a numbered table has gaps between the row numbers.
constexpr double widest_sorted = 10, widest_unsorted = 2;
constexpr double identifier_share = 0.9;
constexpr double indicator_share = 0.01;
constexpr int64_t rows_a_word = 200, most_rare = 10;

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// pandas and R write the row number as a first column without a name.
bool is_unnamed(const Column& column) { return column.name.empty() || column.name.starts_with("Unnamed:"); }

/// Returns whether integers from `least` on, in so small a range, are all different.
bool are_different(const Tensor& integers, double least, size_t range) {
  std::vector<bool> seen(range, false);
  const auto dense = integers.contiguous();
  const auto* integer = dense.const_data_ptr<double>();
  for (int64_t i = 0; i < dense.numel(); ++i) {
    const auto place = static_cast<size_t>(integer[i] - least);
    if (seen[place]) return false;
    seen[place] = true;
  }
  return true;
}

/// Returns whether the column holds distinct integers that are close together.
bool counts_rows(const Column& column, int64_t sampled_from) {
  const auto& values = column.numbers;
  const auto rows = column.size();
  if (rows < 2 || (rows < identifier_rows && !is_unnamed(column)) || !values.isfinite().all().item<bool>())
    return false;
  if ((values != values.floor()).any().item<bool>()) return false;
  const auto steps = values.diff();
  const bool sorted = (steps > 0).all().item<bool>() || (steps < 0).all().item<bool>();
  const auto range = (values.max() - values.min()).item<double>();
  const auto all = static_cast<double>(std::max(rows, sampled_from));
  if (range >= (sorted ? widest_sorted : widest_unsorted) * all) return false;
  return sorted || are_different(values, values.min().item<double>(), static_cast<size_t>(range) + 1);
}

}  // namespace

void check_options(const Frame& table, const std::string& target, const TablePreprocessOptions& options) {
  std::set<std::string> seen;
  for (const auto* names : {&options.numeric, &options.categorical, &options.ignore})
    for (const auto& name : *names) {
      if (!table.find(name))
        fail(ErrorKind::usage, "table: no column \"{}\" to treat otherwise{}", name, suggestion(name, table.names()));
      if (name == target) fail(ErrorKind::usage, "table: the target \"{}\" cannot be an input too", name);
      if (!seen.insert(name).second)
        fail(ErrorKind::usage, "table: a column must be numeric, categorical or ignored, got \"{}\" twice", name);
    }
  if (options.rare && *options.rare < 1)
    fail(ErrorKind::usage, "table: rare must be a number of rows from 1, got {}", *options.rare);
}

bool is_named(const Column& column, const TablePreprocessOptions& options) {
  return contains(options.numeric, column.name) || contains(options.categorical, column.name);
}

std::string why_without_numbers(const Column& column, bool named, int64_t sampled_from) {
  const auto missing = column.missing();
  if (missing.all().item<bool>()) return "it has no value in any row";
  const auto first = column.numbers[0].item<double>();
  if ((column.numbers == first).all().item<bool>())
    return fmt::format("it is {} in every row", column.date ? date_text(first) : number_text(first));
  if (!named && !column.date && counts_rows(column, sampled_from))
    return fmt::format("it counts the rows; --numeric-features {} keeps it", column.name);
  return "";
}

WordCounts words_in(const Column& column) {
  const auto codes = rows_of_words(column);
  std::map<std::string, int64_t> rows;
  for (int64_t i = 0; i < codes.size(0); ++i)
    if (const auto count = codes.const_data_ptr<int64_t>()[i]; count > 0)
      rows[i == 0 ? "" : column.words[static_cast<size_t>(i - 1)]] += count;
  WordCounts counts;
  for (const auto& [word, count] : rows) {
    counts.words.push_back(word);
    counts.rows.push_back(count);
  }
  return counts;
}

std::string why_without_words(const WordCounts& counts, bool named) {
  if (counts.words == Names{""}) return "it has no value in any row";
  if (counts.words.size() == 1) return fmt::format("it is \"{}\" in every row", counts.words[0]);
  int64_t rows = 0, different = 0;
  for (size_t i = 0; i < counts.words.size(); ++i) {
    if (counts.words[i].empty()) continue;
    rows += counts.rows[i];
    ++different;
  }
  if (named || rows < identifier_rows || static_cast<double>(different) < identifier_share * static_cast<double>(rows))
    return "";
  const auto why = different == rows ? std::string("it is different in every row")
                                     : fmt::format("it has {} different texts in {} rows", different, rows);
  return why + "; --categorical-features keeps it";
}

int64_t rare_limit(int64_t rows, const TablePreprocessOptions& options) {
  return options.rare.value_or(std::clamp<int64_t>(rows / rows_a_word, 1, most_rare));
}

bool needs_indicator(int64_t missing, int64_t rows) {
  return missing > 0 && static_cast<double>(missing) >= indicator_share * static_cast<double>(rows);
}

}  // namespace reszoo

// Finds rows under a table that are no data.
#include <algorithm>
#include <cmath>

#include "reszoo/preprocess/column_reading.h"

namespace reszoo {
namespace {

constexpr int64_t kMostFooterRows = 3;

bool begins_a_footer(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  for (const auto* start : {"total", "grand total", "subtotal", "sum", "average", "mean", "count"})
    if (word.starts_with(start)) return true;
  return false;
}

/// Returns the word of a row, or "" if it has a number or no value.
std::string word_in(const Column& column, int64_t row) {
  if (column.kind == Column::Kind::number) return "";
  const auto code = column.codes[row].item<int64_t>();
  return code < 0 ? "" : column.words[static_cast<size_t>(code)];
}

bool has_value(const Column& column, int64_t row) {
  return column.kind == Column::Kind::number ? !std::isnan(column.numbers[row].item<double>())
                                             : column.codes[row].item<int64_t>() >= 0;
}

/// Returns whether a row looks like a footer: one word alone, or a word such as Total.
bool may_be_footer(const Frame& table, int64_t row) {
  int64_t values = 0;
  bool word = false, begins = false;
  for (const auto& column : table.columns) {
    values += has_value(column, row);
    const auto text = word_in(column, row);
    word = word || !text.empty();
    begins = begins || begins_a_footer(text);
  }
  return begins || (word && values == 1 && table.columns.size() > 2);
}

/// Returns whether a row has a word that is none of its column's numbers or dates.
bool has_slip(const Frame& table, const ColumnReadings& readings, int64_t row) {
  for (const auto& column : table.columns) {
    const auto word = word_in(column, row);
    const auto found = readings.find(column.name);
    if (found == readings.end()) continue;
    const auto& reading = found->second;
    if (!word.empty() && reading.kind != ColumnKind::category &&
        std::find(reading.missing.begin(), reading.missing.end(), word) != reading.missing.end())
      return true;
  }
  return false;
}

}  // namespace

int64_t count_footer_rows(const Frame& table, const LearnOptions& options) {
  const auto rows = table.rows();
  int64_t count = 0;
  while (count < std::min(kMostFooterRows, rows) && may_be_footer(table, rows - 1 - count)) ++count;
  if (count == 0) return 0;
  auto lenient = options;
  lenient.strict.clear();
  const auto readings = learn_readings(table, lenient);
  while (count > 0 && !has_slip(table, readings, rows - count)) --count;
  return count;
}

}  // namespace reszoo

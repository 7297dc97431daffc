#include "csv_spelling.h"

#include <arrow/array.h>

#include <algorithm>
#include <cmath>

namespace reszoo {
namespace {

constexpr double kFirstLongInteger = 1e15;

bool all_digits(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

/// Numbers may have spaces around them.
std::string_view digits_of(std::string_view word) {
  const auto first = word.find_first_not_of(' ');
  return first == std::string_view::npos ? word : word.substr(first, word.find_last_not_of(' ') + 1 - first);
}

bool has_leading_zero(std::string_view word) {
  word = digits_of(word);
  return word.size() > 1 && word[0] == '0' && all_digits(word);
}

bool is_long_integer(std::string_view word) {
  word = digits_of(word);
  if (word.starts_with('-')) word.remove_prefix(1);
  return word.size() > 15 && all_digits(word);
}

/// Whether a letter stands before or after a field.
bool is_border(char letter, const CsvDialect& dialect) {
  return letter == dialect.delimiter || letter == '\n' || letter == '\r' || letter == dialect.quote || letter == ' ';
}

uint8_t is_digit_letter(char letter) { return static_cast<uint8_t>(static_cast<unsigned char>(letter - '0') < 10); }

/// Returns whether in some place a border, a zero, another digit, and a digit or a border may follow each other. The
/// loop has no branch and counts in bytes, so that the compiler makes it one of vectors.
bool may_have_leading_zeros(std::string_view block, CsvDialect dialect) {
  // Line breaks and spaces are below the minus sign.
  const auto may_be_border = [&](char letter) {
    return static_cast<uint8_t>((letter < '-') | (letter == dialect.delimiter) | (letter == dialect.quote));
  };
  uint8_t found = 0;
  for (size_t i = 0; i + 3 < block.size(); ++i) {
    const auto zero = static_cast<uint8_t>(block[i + 1] == '0');
    const auto after = static_cast<uint8_t>(is_digit_letter(block[i + 3]) | may_be_border(block[i + 3]));
    found |= may_be_border(block[i]) & zero & is_digit_letter(block[i + 2]) & after;
  }
  return found != 0;
}

/// Returns whether digits with a leading zero stand between borders somewhere in a block: fields, or words of a text.
bool has_candidate(std::string_view rows, size_t begin, size_t end, const CsvDialect& dialect) {
  for (size_t i = begin; i < end; ++i) {
    if (!is_border(rows[i], dialect) || rows.compare(i + 1, 1, "0") != 0) continue;
    const auto stop = rows.find_first_not_of("0123456789", i + 1);
    if (stop != i + 2 && (stop == std::string_view::npos || is_border(rows[stop], dialect))) return true;
  }
  return false;
}

/// Returns whether the rows may have a field with a leading zero.
bool has_candidate(std::string_view rows, const CsvDialect& dialect) {
  constexpr size_t block = 4096, last = 4;
  for (size_t begin = 0; begin < rows.size(); begin += block)
    if (may_have_leading_zeros(rows.substr(begin, block + 3), dialect) &&
        has_candidate(rows, begin, std::min(begin + block, rows.size()), dialect))
      return true;
  return has_candidate(rows, rows.size() - std::min(last, rows.size()), rows.size(), dialect);
}

/// Returns the columns in which some field is as asked, of those whose place is in `asked`.
template <typename Test>
std::vector<std::string> columns_where(const CsvLayout& layout, std::string_view rows, std::vector<bool> asked,
                                       const Test& test) {
  std::vector<std::string> found;
  for (CsvScanner scanner(rows, layout.dialect); scanner.next();) {
    const auto count = std::min(scanner.fields().size(), asked.size());
    for (size_t i = 0; i < count; ++i) {
      if (!asked[i] || !test(value_of_field(scanner.fields()[i], layout.dialect))) continue;
      found.push_back(layout.names[i]);
      asked[i] = false;
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> columns_with_leading_zeros(const CsvLayout& layout, std::string_view rows) {
  // The first field has no border before it.
  const auto first = '\n' + std::string(rows.substr(0, rows.find_first_of("\r\n") + 1));
  if (!has_candidate(first, layout.dialect) && !has_candidate(rows, layout.dialect)) return {};
  return columns_where(layout, rows, std::vector<bool>(layout.names.size(), true), has_leading_zero);
}

std::vector<std::string> columns_with_long_integers(const CsvLayout& layout, std::string_view rows,
                                                    const std::vector<std::string>& columns) {
  std::vector<bool> asked;
  for (const auto& name : layout.names)
    asked.push_back(std::find(columns.begin(), columns.end(), name) != columns.end());
  return columns_where(layout, rows, asked, is_long_integer);
}

bool has_large_number(const arrow::ChunkedArray& column) {
  const auto any = [&](auto* array, auto large) {
    return std::any_of(array->raw_values(), array->raw_values() + array->length(), large);
  };
  return std::any_of(column.chunks().begin(), column.chunks().end(), [&](const auto& chunk) {
    if (column.type()->id() == arrow::Type::INT64)
      return any(static_cast<const arrow::Int64Array*>(chunk.get()), [](int64_t value) {
        return value >= static_cast<int64_t>(kFirstLongInteger) || value <= -static_cast<int64_t>(kFirstLongInteger);
      });
    return column.type()->id() == arrow::Type::DOUBLE &&
           any(static_cast<const arrow::DoubleArray*>(chunk.get()),
               [](double value) { return std::abs(value) >= kFirstLongInteger; });
  });
}

}  // namespace reszoo

#include "csv_text.h"

#include <algorithm>

namespace reszoo {
namespace {

bool is_line_break(char letter) { return letter == '\n' || letter == '\r'; }

/// Returns the field without spaces around it.
std::string_view without_spaces(std::string_view field) {
  const auto first = field.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return field.substr(first, field.find_last_not_of(" \t") + 1 - first);
}

}  // namespace

void CsvScanner::take_line_break() {
  const bool pair = text_.compare(place_, 2, "\r\n") == 0;
  // A line feed may follow a carriage return at the end of the text.
  complete_ = pair || text_[place_] == '\n' || place_ + 1 < text_.size();
  place_ += pair ? 2 : 1;
}

void CsvScanner::take_quoted() {
  bool lines = false;
  for (++place_;; ++place_) {
    const auto close = text_.find(dialect_.quote, place_);
    open_ = close == std::string_view::npos;
    lines = lines || text_.substr(place_, close - place_).find_first_of("\r\n") != std::string_view::npos;
    place_ = open_ ? text_.size() : close + 1;
    if (place_ == text_.size() || text_[place_] != dialect_.quote) break;
  }
  auto after = place_;
  while (dialect_.trim && after < text_.size() && text_[after] == ' ') ++after;
  if (lines && after < text_.size() && text_[after] != dialect_.delimiter && !is_line_break(text_[after]))
    misquoted_ = true;
}

void CsvScanner::take_field() {
  const auto start = place_;
  while (dialect_.trim && place_ < text_.size() && text_[place_] == ' ') ++place_;
  if (dialect_.quote != '\0' && place_ < text_.size() && text_[place_] == dialect_.quote) take_quoted();
  while (place_ < text_.size() && text_[place_] != dialect_.delimiter && !is_line_break(text_[place_])) ++place_;
  fields_.push_back(text_.substr(start, place_ - start));
}

bool CsvScanner::next() {
  fields_.clear();
  while (!dialect_.blank_rows && place_ < text_.size() && is_line_break(text_[place_])) ++place_;
  begin_ = place_;
  complete_ = false;
  if (place_ == text_.size()) return false;
  for (;;) {
    take_field();
    if (place_ == text_.size()) return true;
    if (text_[place_] != dialect_.delimiter) break;
    ++place_;
  }
  take_line_break();
  return true;
}

CsvRows find_rows(std::string_view text, const CsvDialect& dialect) {
  CsvScanner scanner(text, dialect);
  CsvRows found;
  while (scanner.next()) {
    found.longest = std::max(found.longest, scanner.end() - scanner.begin());
    if (scanner.misquoted() && !found.misquoted) found.misquoted = found.rows;
    if (!scanner.complete()) break;
    found.end = scanner.end();
    ++found.rows;
  }
  found.open_quote = scanner.open_quote();
  return found;
}

std::string value_of_field(std::string_view field, const CsvDialect& dialect) {
  if (dialect.trim) field = without_spaces(field);
  if (dialect.quote == '\0' || !field.starts_with(dialect.quote)) return std::string(field);
  std::string value;
  bool quoted = true;
  for (size_t i = 1; i < field.size(); ++i) {
    const bool quote = quoted && field[i] == dialect.quote;
    if (quote && i + 1 < field.size() && field[i + 1] == dialect.quote) ++i;
    else if (quote) quoted = false;
    if (!quote || quoted) value += field[i];
  }
  return value;
}

std::string trimmed_rows(std::string_view text, const CsvDialect& dialect) {
  std::string rows;
  rows.reserve(text.size() + 1);
  for (CsvScanner scanner(text, dialect); scanner.next(); rows.back() = '\n')
    for (const auto field : scanner.fields()) rows.append(without_spaces(field)) += dialect.delimiter;
  return rows;
}

}  // namespace reszoo

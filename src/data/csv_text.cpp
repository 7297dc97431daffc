#include "csv_text.h"

#include <algorithm>
#include <map>

#include "reszoo/base/error.h"
#include "reszoo/base/number.h"

namespace reszoo {
namespace {

/// Scans rows one after the other with Arrow's rules: a quote opens quoted text only at the beginning of a field, and a
/// doubled quote is a literal quote.
class RowScanner {
 public:
  RowScanner(const CsvDialect& dialect, int64_t first_row, const std::string& subject)
      : dialect_(dialect), first_row_(first_row), subject_(subject) {}

  CsvRows scan(std::string_view text) {
    for (size_t i = 0; i < text.size(); ++i) take(text[i], i);
    found_.open_quote = state_ == State::quoted;
    return found_;
  }

 private:
  enum class State { field_start, field, quoted, quote_in_quoted };

  void take(char letter, size_t place) {
    const bool ends = letter == '\n' || letter == '\r';
    if (state_ == State::quoted) {
      if (dialect_.quote != '\0' && letter == dialect_.quote) state_ = State::quote_in_quoted;
      else several_lines_ = several_lines_ || ends;
      return;
    }
    if (state_ == State::quote_in_quoted && letter == dialect_.quote) {
      state_ = State::quoted;
      return;
    }
    if (ends) return end_row(place);
    empty_ = false;
    if (letter == dialect_.delimiter) {
      state_ = State::field_start;
    } else if (state_ == State::field_start && dialect_.quote != '\0' && letter == dialect_.quote) {
      state_ = State::quoted;
      several_lines_ = false;
    } else {
      if (state_ == State::quote_in_quoted && several_lines_) fail_unclosed();
      state_ = State::field;
    }
  }

  void end_row(size_t place) {
    found_.rows += !empty_;
    found_.end = place + 1;
    empty_ = true;
    state_ = State::field_start;
  }

  [[noreturn]] void fail_unclosed() const {
    fail(ErrorKind::input, "{}: row {}: a quote is not closed; --quote names another quote character, or none",
         subject_, first_row_ + found_.rows);
  }

  CsvDialect dialect_;
  int64_t first_row_;
  const std::string& subject_;
  State state_ = State::field_start;
  bool empty_ = true, several_lines_ = false;
  CsvRows found_;
};

/// Returns the most frequent delimiter in the first line, outside quotes.
char delimiter_in(std::string_view text, const TableReadOptions& options) {
  const std::string candidates = options.decimal == ',' ? ";\t|" : ",;\t|";
  std::map<char, int64_t> counts;
  bool quoted = false;
  for (const char letter : text) {
    if (options.quote != '\0' && letter == options.quote) quoted = !quoted;
    if (quoted) continue;
    if (letter == '\n' || letter == '\r') break;
    if (candidates.find(letter) != std::string::npos) ++counts[letter];
  }
  return *std::max_element(candidates.begin(), candidates.end(), [&](char a, char b) { return counts[a] < counts[b]; });
}

}  // namespace

CsvRows find_rows(std::string_view text, const CsvDialect& dialect, int64_t first_row, const std::string& subject) {
  return RowScanner(dialect, first_row, subject).scan(text);
}

std::vector<std::string> fields_of(std::string_view row, const CsvDialect& dialect) {
  std::vector<std::string> fields(1);
  bool quoted = false, start = true;
  for (size_t i = 0; i < row.size(); ++i) {
    const char letter = row[i];
    const bool quote = dialect.quote != '\0' && letter == dialect.quote;
    if (quoted && quote && i + 1 < row.size() && row[i + 1] == dialect.quote) {
      fields.back() += letter;
      ++i;
    } else if (quoted && quote) {
      quoted = false;
    } else if (quoted) {
      fields.back() += letter;
    } else if (start && quote) {
      quoted = true;
    } else if (letter == dialect.delimiter) {
      fields.emplace_back();
      start = true;
      continue;
    } else if (letter != '\n' && letter != '\r') {
      fields.back() += letter;
    }
    start = false;
  }
  return fields;
}

CsvDialect dialect_of(std::string_view text, const TableReadOptions& options) {
  const auto delimiter = options.delimiter.value_or(delimiter_in(text, options));
  if (delimiter == options.decimal || delimiter == options.quote)
    fail(ErrorKind::usage, "CSV: delimiter, decimal point and quote must be different, got '{}', '{}' and '{}'",
         delimiter, options.decimal, options.quote == '\0' ? ' ' : options.quote);
  return {delimiter, options.quote};
}

bool are_numbers(const std::vector<std::string>& fields, char decimal) {
  return std::all_of(fields.begin(), fields.end(), [&](std::string word) {
    std::replace(word.begin(), word.end(), decimal, '.');
    const auto first = word.find_first_not_of(" \t+");
    if (first == std::string::npos) return false;
    const auto last = word.find_last_not_of(" \t") + 1;
    return number_in_text<double>(std::string_view(word).substr(first, last - first)).has_value();
  });
}

}  // namespace reszoo

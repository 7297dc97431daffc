#include "csv.h"

#include <algorithm>

#include "arrow_frame.h"
#include "csv_dialect.h"
#include "reszoo/base/error.h"
#include "reszoo/base/number.h"

namespace reszoo {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr size_t kLongestRow = (size_t{1} << 31) - 2;  // what fits one of Arrow's blocks

/// Returns whether all fields are numbers, which is not the case for a header.
bool are_numbers(const std::vector<std::string>& fields, char decimal) {
  return std::all_of(fields.begin(), fields.end(), [&](std::string word) {
    std::replace(word.begin(), word.end(), decimal, '.');
    const auto first = word.find_first_not_of(" \t+");
    if (first == std::string::npos) return false;
    const auto last = word.find_last_not_of(" \t") + 1;
    return number_in_text<double>(std::string_view(word).substr(first, last - first)).has_value();
  });
}

/// Several columns without a name, as spreadsheet programs write them, get the names that pandas gives them.
void name_unnamed(std::vector<std::string>& names) {
  if (std::count(names.begin(), names.end(), "") < 2) return;
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i].empty()) names[i] = fmt::format("Unnamed: {}", i);
}

/// Returns the position after the last line break; 0 if there is none. More text may follow.
size_t last_line_end(std::string_view text) {
  // A carriage return at the end may be the first half of a line break.
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text.find_last_of("\r\n") + 1;  // npos + 1 is 0
}

/// Returns an upper bound for the length of a row: nearly `step` if no row is longer than that.
size_t longest_line(std::string_view text, size_t step) {
  const auto has_break = [&](size_t begin) {
    return text.substr(begin, step).find('\n') != std::string_view::npos || begin + step >= text.size();
  };
  bool short_lines = true;
  for (size_t begin = 0; begin < text.size() && short_lines; begin += step) short_lines = has_break(begin);
  if (short_lines) return std::min(text.size(), 2 * step);
  size_t longest = 0;
  for (size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
    end = std::min(text.find_first_of("\r\n", begin), text.size());
    longest = std::max(longest, end + 2 - begin);
  }
  return longest;
}

}  // namespace

CsvReader::CsvReader(Input& input, bool tabs, const TableReadOptions& options, std::string subject)
    : input_(input), layout_{.subject = std::move(subject), .decimal = options.decimal} {
  if (input.start(3) == kByteOrderMark) {
    std::string mark;
    input.append(mark, 3);
  }
  append();
  skip_lines(options.skip_rows);
  auto how = options;
  if (tabs && !how.delimiter && header_line({.quote = '\0'}).find('\t') != std::string_view::npos) how.delimiter = '\t';
  if (const auto named = named_delimiter(header_line({.quote = '\0'})); named && buffer_.size() > used_) {
    if (!options.delimiter) how.delimiter = named;
    buffer_.erase(0, used_);
  }
  read_header(how);
}

/// Reads as many bytes as the buffer has, so that a row of any length is looked at a few times only. Returns false at
/// the end.
bool CsvReader::grow() {
  const auto before = buffer_.size();
  while (!at_end_ && buffer_.size() < 2 * before + 1) append();
  return buffer_.size() > before;
}

void CsvReader::skip_lines(int64_t count) {
  for (; count > 0; --count) {
    size_t end = 0;
    while ((end = buffer_.find_first_of("\r\n")) == std::string::npos || (end + 1 == buffer_.size() && !at_end_))
      if (!grow() && end == std::string::npos)
        fail(ErrorKind::input, "{}: has no more lines than skip_rows leaves out", layout_.subject);
    buffer_.erase(0, end + (buffer_.compare(end, 2, "\r\n") == 0 ? 2 : 1));
  }
}

/// Returns the first line that is not empty, without its line break; reads until the line is complete.
std::string_view CsvReader::header_line(const CsvDialect& dialect) {
  for (;;) {
    CsvScanner scanner(buffer_, dialect);
    const bool found = scanner.next();
    if ((found && scanner.complete()) || !grow()) {
      if (scanner.open_quote())
        fail(ErrorKind::input, "{}: the header: a quote is not closed; --quote names another quote character, or none",
             layout_.subject);
      used_ = scanner.end();
      const auto line = std::string_view(buffer_).substr(scanner.begin(), scanner.end() - scanner.begin());
      return line.substr(0, line.find_last_not_of("\r\n") + 1);
    }
  }
}

void CsvReader::read_header(const TableReadOptions& options) {
  const auto line = header_line({.quote = '\0'});
  if (line.find_first_not_of(" \t") == std::string_view::npos)
    fail(ErrorKind::input, "{}: is empty, without a header line", layout_.subject);
  layout_.dialect = csv_start_of(std::string_view(buffer_).substr(buffer_.find_first_not_of("\r\n")), options).dialect;
  name_columns(header_line(layout_.dialect), options);
  layout_.dialect.blank_rows = layout_.names.size() == 1;
}

void CsvReader::name_columns(std::string_view line, const TableReadOptions& options) {
  auto& names = layout_.names;
  CsvScanner scanner(line, layout_.dialect);
  scanner.next();
  for (const auto field : scanner.fields()) names.push_back(value_of_field(field, layout_.dialect));
  if (!options.header.value_or(true)) {
    for (size_t i = 0; i < names.size(); ++i) names[i] = "f" + std::to_string(i);
    used_ = buffer_.find_first_not_of("\r\n");
    return;
  }
  if (!options.header && are_numbers(names, options.decimal))
    fail(ErrorKind::input,
         "{}: the first line is all numbers, a header with the columns' names is expected; --no-header names them f0, "
         "f1, ..., --header takes the numbers as names",
         layout_.subject);
  name_unnamed(names);
  check_names(names, layout_.subject);
}

CsvText CsvReader::next_text(int64_t size) {
  buffer_.erase(0, used_);
  used_ = 0;
  const auto enough = [&] { return size > 0 && static_cast<int64_t>(buffer_.size()) >= size; };
  while (!at_end_ && !enough()) append();
  const char quote = layout_.dialect.quote;
  auto text = quote != '\0' && buffer_.find(quote) != std::string::npos ? quoted_text() : plain_text(size);
  if (text.longest > kLongestRow)
    fail(ErrorKind::input, "{}: row {}: is longer than 2 GiB", layout_.subject, text.first_row);
  if (!layout_.dialect.trim || text.rows.empty()) return text;
  trimmed_ = trimmed_rows(text.rows, layout_.dialect);
  text.rows = trimmed_;
  return text;
}

CsvText CsvReader::plain_text(int64_t size) {
  const auto is_read = [&] { return at_end_ || size == 0 || (used_ = last_line_end(buffer_)) > 0; };
  while (!is_read()) grow();
  if (at_end_ || size == 0) used_ = buffer_.size();
  const auto rows = std::string_view(buffer_).substr(0, used_);
  return {rows, next_row_, longest_line(rows, static_cast<size_t>(kBlock) / 2), /*quoted=*/false};
}

CsvText CsvReader::quoted_text() {
  for (;;) {
    const auto found = find_rows(buffer_, layout_.dialect);
    const bool unclosed = found.open_quote && (at_end_ || (found.end == 0 && buffer_.size() > kLongestRow));
    if (found.misquoted || unclosed)
      fail(ErrorKind::input, "{}: row {}: a quote is not closed; --quote names another quote character, or none",
           layout_.subject, next_row_ + found.misquoted.value_or(found.rows));
    used_ = at_end_ ? buffer_.size() : found.end;
    if (used_ > 0 || at_end_) return {std::string_view(buffer_).substr(0, used_), next_row_, found.longest, true};
    grow();  // a row is longer than the text
  }
}

}  // namespace reszoo

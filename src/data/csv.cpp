#include "csv.h"

#include <arrow/buffer.h>
#include <arrow/csv/api.h>
#include <arrow/io/memory.h>
#include <arrow/type.h>

#include <algorithm>
#include <mutex>

#include "arrow_frame.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using Names = std::vector<std::string>;

constexpr int64_t block = int64_t{1} << 20;
constexpr size_t longest_row = size_t{64} << 20;

/// The first row whose number of fields differs from the header's.
struct Ragged {
  int64_t row = 0;  ///< from 1, within the text
  int32_t expected = 0, found = 0;
};

arrow::csv::ParseOptions parse_options(std::string_view rows, const CsvDialect& dialect, Ragged& ragged) {
  auto parse = arrow::csv::ParseOptions::Defaults();
  parse.delimiter = dialect.delimiter;
  parse.quoting = dialect.quote != '\0';
  if (parse.quoting) parse.quote_char = dialect.quote;
  // Line breaks are legal in quoted text, and make splitting into blocks slower.
  parse.newlines_in_values = parse.quoting && rows.find(dialect.quote) != std::string_view::npos;
  parse.invalid_row_handler = [&ragged, mutex = std::make_shared<std::mutex>()](const arrow::csv::InvalidRow& row) {
    const std::lock_guard lock(*mutex);
    if (ragged.found == 0) ragged = {row.number, row.expected_columns, row.actual_columns};
    return arrow::csv::InvalidRowResult::Error;
  };
  return parse;
}

arrow::Result<std::shared_ptr<arrow::Table>> read(std::string_view rows, const arrow::csv::ReadOptions& read,
                                                  const arrow::csv::ParseOptions& parse,
                                                  const arrow::csv::ConvertOptions& convert) {
  auto bytes = std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(rows));
  ARROW_ASSIGN_OR_RAISE(auto reader,
                        arrow::csv::TableReader::Make(arrow::io::default_io_context(), bytes, read, parse, convert));
  return reader->Read();
}

}  // namespace

CsvReader::CsvReader(Input& input, bool tabs, const TableReadOptions& options, std::string subject)
    : input_(input), options_(options), subject_(std::move(subject)) {
  const auto first = input.start(3);
  if (first == "\xef\xbb\xbf") {
    std::string mark;
    input.append(mark, 3);
  }
  if (tabs && !options_.delimiter) options_.delimiter = '\t';
  at_end_ = input_.append(buffer_, block) == 0;
  dialect_ = dialect_of(header_line(), options_);
  read_header(header_line());
}

/// Returns the first line that is not empty; reads until the line is complete.
std::string_view CsvReader::header_line() {
  const CsvDialect dialect{options_.delimiter.value_or(','), options_.quote};
  for (;;) {
    const auto begin = buffer_.find_first_not_of("\r\n");
    if (begin != std::string::npos) {
      bool quoted = false;
      for (size_t i = begin; i < buffer_.size(); ++i) {
        if (dialect.quote != '\0' && buffer_[i] == dialect.quote) quoted = !quoted;
        if (!quoted && (buffer_[i] == '\n' || buffer_[i] == '\r')) {
          used_ = i + 1 + (buffer_.compare(i, 2, "\r\n") == 0);
          return std::string_view(buffer_).substr(begin, i - begin);
        }
      }
    }
    if (at_end_) {
      used_ = buffer_.size();
      return begin == std::string::npos ? "" : std::string_view(buffer_).substr(begin);
    }
    at_end_ = input_.append(buffer_, block) == 0;
  }
}

void CsvReader::read_header(std::string_view line) {
  if (line.find_first_not_of(" \t") == std::string_view::npos)
    fail(ErrorKind::input, "{}: is empty, without a header line", subject_);
  names_ = fields_of(line, dialect_);
  if (!options_.header.value_or(true)) {
    for (size_t i = 0; i < names_.size(); ++i) names_[i] = "f" + std::to_string(i);
    used_ = 0;
    return;
  }
  if (!options_.header && are_numbers(names_, options_.decimal))
    fail(ErrorKind::input,
         "{}: the first line is all numbers, a header with the columns' names is expected; --no-header names them f0, "
         "f1, ..., --header takes the numbers as names",
         subject_);
  check_names(names_, subject_);
}

std::string_view CsvReader::next_text(int64_t size) {
  buffer_.erase(0, used_);
  used_ = 0;
  first_row_ = next_row_;
  for (;;) {
    while (!at_end_ && (size == 0 || static_cast<int64_t>(buffer_.size()) < size))
      at_end_ = input_.append(buffer_, block) == 0;
    const bool unquoted = dialect_.quote == '\0' || buffer_.find(dialect_.quote) == std::string::npos;
    if (size == 0 && unquoted) return std::string_view(buffer_).substr(0, used_ = buffer_.size());
    const auto found = find_rows(buffer_, dialect_, first_row_, subject_);
    if (found.open_quote && (at_end_ || (found.end == 0 && buffer_.size() > longest_row)))
      fail(ErrorKind::input, "{}: row {}: a quote is not closed; --quote names another quote character, or none",
           subject_, first_row_ + found.rows);
    used_ = at_end_ ? buffer_.size() : found.end;
    next_row_ += found.rows;
    if (used_ > 0 || at_end_) return std::string_view(buffer_).substr(0, used_);
    size = static_cast<int64_t>(buffer_.size()) + block;  // a row is longer than the block
  }
}

std::shared_ptr<arrow::Table> CsvReader::parse(std::string_view rows, const Names& columns, const Names& text,
                                               bool exact) const {
  Ragged ragged;
  auto read_how = arrow::csv::ReadOptions::Defaults();
  read_how.column_names = names_;
  const auto parse = parse_options(rows, dialect_, ragged);
  auto convert = arrow::csv::ConvertOptions::Defaults();
  convert.strings_can_be_null = !exact;
  convert.decimal_point = options_.decimal;
  for (const auto& name : text) convert.column_types[name] = arrow::utf8();
  check_there(columns, names_, subject_);
  convert.include_columns = columns;
  auto table = read(rows, read_how, parse, convert);
  if (table.ok() || ragged.found == 0) return value_of(table, subject_);
  // Only a single thread can report the index of the row, and which such row is the first.
  ragged = {};
  read_how.use_threads = false;
  (void)read(rows, read_how, parse, convert);
  fail(ErrorKind::input, "{}: row {}: expected {} columns, got {}", subject_, first_row_ + ragged.row - 1,
       ragged.expected, ragged.found);
}

}  // namespace reszoo

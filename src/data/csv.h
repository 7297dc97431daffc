/// Parses CSV into Arrow's tables, completely or block by block. Private.
#pragma once
#include <arrow/table.h>

#include <memory>
#include <optional>

#include "csv_text.h"
#include "input.h"

namespace reszoo {

/// The rows of a CSV text. Its header is read by the constructor.
class CsvReader {
 public:
  /// Reads the header from the input, which must outlive the reader. With `tabs`, the delimiter is a tab unless the
  /// options give another one.
  /// Throws: Error (input) for a text that is empty or has no header.
  CsvReader(Input& input, bool tabs, const TableReadOptions& options, std::string subject);

  const std::vector<std::string>& names() const { return names_; }

  /// Returns the next rows as text: complete rows of about `size` bytes, all rows if `size` is 0, "" at the end. The
  /// text is valid until the next call.
  /// Throws: Error (input) that names the row of a quote that is not closed.
  std::string_view next_text(int64_t size);

  /// Parses rows that `next_text` returned. `columns` are the columns to parse; empty means all. Columns in `text` are
  /// parsed as text; with `exact`, no text in them counts as a missing value.
  /// Throws: Error (input) for a row whose number of columns differs from the header's.
  std::shared_ptr<arrow::Table> parse(std::string_view rows, const std::vector<std::string>& columns,
                                      const std::vector<std::string>& text, bool exact = false) const;

  /// Returns the index, from 1, of the first row that the last call of `next_text` returned.
  int64_t first_row() const { return first_row_; }

 private:
  void read_header(std::string_view line);
  std::string_view header_line();

  Input& input_;
  TableReadOptions options_;
  std::string subject_;
  CsvDialect dialect_;
  std::vector<std::string> names_;
  std::string buffer_;
  size_t used_ = 0;  ///< bytes of the buffer that were already returned
  int64_t first_row_ = 1, next_row_ = 1;
  bool at_end_ = false;
};

}  // namespace reszoo

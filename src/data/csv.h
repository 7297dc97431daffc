/// CSV into Arrow's tables, whole or block by block. Private.
#pragma once
#include <arrow/table.h>

#include <memory>
#include <optional>

#include "csv_text.h"
#include "input.h"

namespace reszoo {

/// The rows of a CSV text: its beginning read, and with it the columns' names.
class CsvReader {
 public:
  /// Reads the header from the input, which must live as long.
  /// `tabs`: the delimiter is a tab where the options do not say otherwise.
  /// Throws: Error (input) for a text that is empty or has no header.
  CsvReader(Input& input, bool tabs, const TableReadOptions& options, std::string subject);

  const std::vector<std::string>& names() const { return names_; }

  /// The next rows as text, about `size` bytes of them and whole rows, or all with
  /// 0; "" at the end. They hold until the next call.
  /// Throws: Error (input) naming the row of a quote that is not closed.
  std::string_view next_text(int64_t size);

  /// Parses rows that `next_text` gave. `columns`: these alone, all without any;
  /// `text`: as text, of which nothing is taken for a missing value if `exact`.
  /// Throws: Error (input) for a row with another number of columns than the header.
  std::shared_ptr<arrow::Table> parse(std::string_view rows, const std::vector<std::string>& columns,
                                      const std::vector<std::string>& text, bool exact = false) const;

  /// The number of the first row that `next_text` gave last, from 1.
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
  size_t used_ = 0;  ///< bytes of the buffer that were given
  int64_t first_row_ = 1, next_row_ = 1;
  bool at_end_ = false;
};

}  // namespace reszoo

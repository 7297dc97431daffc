/// Reads the header and the complete rows of a CSV text. Private.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "csv_text.h"
#include "input.h"
#include "reszoo/data/table.h"

namespace reszoo {

/// What is the same in all rows of a CSV text.
struct CsvLayout {
  std::string subject;  ///< begins error messages
  CsvDialect dialect = {};
  char decimal = '.';
  std::vector<std::string> names = {};  ///< of the columns
};

/// Complete rows.
struct CsvText {
  std::string_view rows;  ///< valid until the next rows are read
  int64_t first_row = 1;  ///< within the file, counted from 1
  size_t longest = 0;     ///< no row has more bytes
  bool quoted = false;    ///< whether the text has quotes
};

/// The rows of a CSV text. Its header is read by the constructor.
class CsvReader {
 public:
  /// Reads the header from the input, which must outlive the reader. With `tabs`, the delimiter is a tab if the
  /// header has one, unless the options give another one.
  /// Throws: Error (input) for a text that is empty or has no header.
  CsvReader(Input& input, bool tabs, const TableReadOptions& options, std::string subject);

  const CsvLayout& layout() const { return layout_; }

  /// Returns the next rows: about `size` bytes, all rows if `size` is 0; empty at the end.
  /// Throws: Error (input) that names the row of a quote that is not closed.
  CsvText next_text(int64_t size);

  /// Takes note of how many rows the last text had.
  void count_rows(int64_t rows) { next_row_ += rows; }

 private:
  void skip_lines(int64_t count);
  std::string_view header_line(const CsvDialect& dialect);
  void read_header(const TableReadOptions& options);
  void name_columns(std::string_view line, const TableReadOptions& options);
  bool append() { return !(at_end_ = input_.append(buffer_, kBlock) == 0); }
  bool grow();
  CsvText quoted_text();
  CsvText plain_text(int64_t size);

  static constexpr int64_t kBlock = int64_t{1} << 20;

  Input& input_;
  CsvLayout layout_;
  std::string buffer_, trimmed_;
  size_t used_ = 0;  ///< bytes of the buffer that were already returned
  int64_t next_row_ = 1;
  bool at_end_ = false;
};

}  // namespace reszoo

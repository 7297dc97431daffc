/// Splits CSV text into rows and fields. Private.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// How values are separated and quoted.
struct CsvDialect {
  char delimiter = ',';
  char quote = '"';         ///< '\0' disables quoting
  bool trim = false;        ///< whether spaces around fields do not belong to them
  bool blank_rows = false;  ///< whether a blank line is a row with an empty field, as it is in a table of one column
};

/// Reads the rows of a text one after the other by Arrow's rules: a quote opens quoted text only at the beginning of a
/// field, and a doubled quote is a literal quote.
class CsvScanner {
 public:
  /// The text must outlive the scanner.
  CsvScanner(std::string_view text, const CsvDialect& dialect) : text_(text), dialect_(dialect) {}

  /// Moves to the next row. Returns whether there is one.
  bool next();

  /// The fields of the row as they are spelt, with their quotes and spaces.
  const std::vector<std::string_view>& fields() const { return fields_; }
  size_t begin() const { return begin_; }        ///< where the row begins
  size_t end() const { return place_; }          ///< after its line break
  bool complete() const { return complete_; }    ///< whether a line break ends the row
  bool open_quote() const { return open_; }      ///< whether the text ends within quotes
  bool misquoted() const { return misquoted_; }  ///< whether quoted text spans lines and something else follows it

 private:
  void take_field();
  void take_quoted();
  void take_line_break();

  std::string_view text_;
  CsvDialect dialect_;
  std::vector<std::string_view> fields_;
  size_t begin_ = 0, place_ = 0;
  bool complete_ = false, open_ = false, misquoted_ = false;
};

/// The rows of a text, which may end within a row.
struct CsvRows {
  size_t end = 0;                         ///< position after the last complete row
  int64_t rows = 0;                       ///< number of rows before `end`
  size_t longest = 0;                     ///< bytes of the longest row, also of an incomplete one
  bool open_quote = false;                ///< whether the text ends within quotes
  std::optional<int64_t> misquoted = {};  ///< the first row, from 0, whose closing quote is missing
};

/// Finds the ends of rows.
CsvRows find_rows(std::string_view text, const CsvDialect& dialect);

/// Returns the value of a field that CsvScanner returned: without quotes, and without spaces if the dialect trims.
std::string value_of_field(std::string_view field, const CsvDialect& dialect);

/// Returns the text with each row on a line and without spaces around its fields.
std::string trimmed_rows(std::string_view text, const CsvDialect& dialect);

}  // namespace reszoo

/// A table in memory: named columns of numbers or text.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/preprocess/number_words.h"
#include "reszoo/preprocess/row.h"

namespace reszoo {

using at::Tensor;

/// A named column. Text is stored as codes into a list of words, so that a column of a million rows and five words
/// stays small.
struct Column {
  enum class Kind { number, text };

  std::string name;
  Kind kind = Kind::number;
  Tensor numbers = {};                  ///< if `kind` is `number`: (N) float64; NaN is missing
  Tensor codes = {};                    ///< if `kind` is `text`: (N) int64 indices into `words`; -1 is missing
  std::vector<std::string> words = {};  ///< if `kind` is `text`: all distinct, in any order
  bool date = false;                    ///< if `kind` is `number`: whether the values are days since 1970-01-01 UTC
  bool whole_days = false;              ///< if `date`: whether to write them without a time of day

  /// Creates a column of numbers; NaN is missing.
  static Column of_numbers(std::string name, const std::vector<double>& values);

  /// Creates a column of text with the words in order of appearance; "" is missing.
  static Column of_text(std::string name, const std::vector<std::string>& values);

  /// Returns the number of rows.
  int64_t size() const;

  /// Returns which rows have no value. Shape: (N) bool.
  Tensor missing() const;
};

/// Takes the values of a column out of memory until they are read again, if they are in a temporary file.
void release_pages(const Column& column);

/// Converts a column to text: each distinct number becomes a word, in numeric order; dates are formatted by
/// `date_text`. A text column is returned unchanged.
Column as_text(const Column& column);

/// Converts a column to numbers. A column without any value may be of either kind.
/// Throws: Error (input) that names the column, the first word that is not a number, and its row. `first_row` is the
/// index of the column's first row.
Column as_numbers(const Column& column, int64_t first_row = 1);

/// Converts the words of a text column to numbers with `read`. Shape: (N) float64.
/// Throws: Error (input) `column "c": <rule>, got "word" in row N`.
Tensor numbers_of_words(const Column& column, const std::function<std::optional<double>(std::string_view)>& read,
                        std::string_view rule, int64_t first_row = 1);

/// What is known beforehand of how a table writes its cells. A reader sets it from its options.
struct TableNotation {
  std::vector<std::string> missing = {};  ///< words that are missing values in every column: `n.a.`, `-999`
  std::optional<char> decimal = {};       ///< decimal point of numbers in text; default: learnt from the words
  std::optional<char> thousands = {};     ///< separator of thousands of numbers in text; default: learnt
  std::string date_format = {};           ///< order of dates in text, see `date_in`; default: learnt
};

/// Consecutive rows of a table that come from one file.
struct RowSource {
  std::string name;
  int64_t rows = 0;
};

/// A table: columns of equal length.
struct Frame {
  std::vector<Column> columns;
  int64_t first_row = 1;  ///< the index of the first row, for messages: parts of a longer table continue its row count
  TableNotation notation = {};
  std::vector<RowSource> sources = {};  ///< where the rows come from, if from several files

  /// Returns the number of rows; 0 without columns.
  int64_t rows() const;

  /// Returns the column with this name, or nullptr.
  const Column* find(const std::string& name) const;

  /// Returns the column with this name.
  /// Throws: Error (input) that names the column and suggests a similar name.
  const Column& at(const std::string& name) const;

  /// Returns the column names in order.
  std::vector<std::string> names() const;
};

/// Selects rows by their indices (from 0), in the given order. Shape: rows (M) int64.
Column take_rows(const Column& column, const Tensor& rows);
Frame take_rows(const Frame& table, const Tensor& rows);

/// Concatenates tables, with the columns of the first one.
/// Throws: Error (input) that names a column which is missing from a table, or is text in one table and numeric in
/// another, unless the text is numbers (such as 007, or integers beyond 2^53): then all is text. A column without any
/// value may be either.
Frame concat(const std::vector<Frame>& tables);

/// Creates a table from rows in memory, with the columns sorted by name. A column that a row lacks is a missing value
/// in that row; a column with both numbers and text is text.
/// Throws: Error (input) without rows or without columns.
Frame frame_of(const std::vector<Row>& rows);

}  // namespace reszoo

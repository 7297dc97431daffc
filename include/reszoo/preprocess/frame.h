/// A table in memory: named columns of numbers or of text.
#pragma once
#include <ATen/core/Tensor.h>

#include <concepts>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace reszoo {

using at::Tensor;

/// A named column. Text is held as codes into a list of words, so that a column
/// of a million rows and five words stays small.
struct Column {
  enum class Kind { number, text };

  std::string name;
  Kind kind = Kind::number;
  Tensor numbers = {};                  ///< of `number`: (N) float64; NaN is missing
  Tensor codes = {};                    ///< of `text`: (N) int64 into `words`; -1 is missing
  std::vector<std::string> words = {};  ///< of `text`: all different, in any order
  bool date = false;                    ///< of `number`: these are days since 1970-01-01 UTC

  /// Makes a column of numbers; NaN is missing.
  static Column of_numbers(std::string name, const std::vector<double>& values);

  /// Makes a column of text, its words in order of appearance; "" is missing.
  static Column of_text(std::string name, const std::vector<std::string>& values);

  /// Number of rows.
  int64_t size() const;

  /// Which rows have no value. Shape: (N) bool.
  Tensor missing() const;
};

/// A number as the shortest text that reads back as the same number, without a
/// trailing ".0".
std::string number_text(double value);

/// The column as text: each different number becomes a word, in numeric order;
/// a date as `date_text` spells it. A text column is returned as it is.
Column as_text(const Column& column);

/// The column as numbers. A column without any value may be of either kind.
/// Throws: Error (input) naming the column, the first word that is not a number,
/// and its row. `first_row` is the number of the column's first row.
Column as_numbers(const Column& column, int64_t first_row = 1);

/// The numbers that the words of a text column spell, as `read` says. (N) float64.
/// Throws: Error (input) `column "c": <rule>, got "word" in row N`.
Tensor numbers_of_words(const Column& column, const std::function<std::optional<double>(std::string_view)>& read,
                        std::string_view rule, int64_t first_row = 1);

/// Columns of equal length.
struct Frame {
  std::vector<Column> columns;
  int64_t first_row = 1;  ///< the number of the first row, for messages: a part of a table counts on

  /// Number of rows; 0 without columns.
  int64_t rows() const;

  /// The column of that name, or nullptr.
  const Column* find(const std::string& name) const;

  /// The column of that name.
  /// Throws: Error (input) naming it and a near name.
  const Column& at(const std::string& name) const;

  /// The columns' names, in order.
  std::vector<std::string> names() const;
};

/// The rows of these numbers (from 0), in their order. `rows` is (M) int64.
Column take_rows(const Column& column, const Tensor& rows);
Frame take_rows(const Frame& table, const Tensor& rows);

/// The tables one behind the other, with the columns of the first.
/// Throws: Error (input) naming a column that one lacks, or that is text in one
/// and numbers in another; one without any value may be either.
Frame concat(const std::vector<Frame>& tables);

/// A number, a text, or a missing value: `{}`, `std::nullopt`, an empty std::optional, NaN and "" are missing.
struct Value : std::variant<double, std::string> {
  using std::variant<double, std::string>::variant;
  Value() : variant(std::numeric_limits<double>::quiet_NaN()) {}
  Value(std::nullopt_t) : Value() {}
  template <typename T>
  Value(const std::optional<T>& value) : Value(value ? Value(*value) : Value()) {}
  Value(const char* words) : variant(std::string(words)) {}
  Value(bool truth) : variant(std::string(truth ? "true" : "false")) {}
  template <std::integral Integer>
  Value(Integer number) : variant(static_cast<double>(number)) {}
};

/// A row of named values.
using Row = std::map<std::string, Value>;

/// Makes a table of rows in memory, its columns sorted by name. A column that a
/// row lacks is a missing value there; a column with numbers and text is text.
/// Throws: Error (input) without rows or without columns.
Frame frame_of(const std::vector<Row>& rows);

}  // namespace reszoo

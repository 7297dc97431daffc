/// A column of JSON values as it grows. Private.
#pragma once
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>

#include <memory>
#include <string>
#include <string_view>

namespace reszoo {

/// A column of values of JSON. Integers that fit 64 bits are integers, other numbers doubles. Everything becomes text
/// as soon as one value is a string, a boolean or a longer integer. A value that was not added is missing, and so is
/// "".
class JsonColumn {
 public:
  /// With `as_text`, numbers are text too, as they are spelt.
  JsonColumn(std::string name, bool as_text) : name_(std::move(name)), kind_(as_text ? Kind::text : Kind::none) {}

  const std::string& name() const { return name_; }
  /// Returns the number of rows up to the last value.
  int64_t rows() const { return rows_; }

  /// Each adds the value of the row `row`, from 0; rows that were left out are missing.
  void add_integer(int64_t row, int64_t value);
  void add_long_integer(int64_t row, std::string_view digits);
  void add_real(int64_t row, double value, std::string_view spelt);
  void add_text(int64_t row, std::string_view text);

  /// Returns the column of `rows` rows, and begins anew.
  std::shared_ptr<arrow::Array> finish(int64_t rows);

 private:
  enum class Kind { none, integer, real, text };

  void become(Kind kind);
  void reach(int64_t row);
  void append_nulls(int64_t count);
  void append_text(int64_t row, std::string_view text);

  std::string name_;
  Kind kind_;
  int64_t rows_ = 0;
  arrow::Int64Builder integers_;
  arrow::DoubleBuilder reals_;
  arrow::StringBuilder texts_;
};

}  // namespace reszoo

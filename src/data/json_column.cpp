#include "json_column.h"

#include <arrow/array.h>

#include <charconv>
#include <utility>

#include "arrow_frame.h"

namespace reszoo {
namespace {

/// Throws if there is no memory for a value.
void added(const arrow::Status& status) { check(status, "JSON"); }

template <typename Builder>
std::shared_ptr<arrow::Array> finished(Builder& builder) {
  std::shared_ptr<arrow::Array> array;
  added(builder.Finish(&array));
  return array;
}

template <typename Number>
std::string shortest(Number value) {
  char letters[32];
  return {letters, std::to_chars(letters, letters + sizeof letters, value).ptr};
}

/// Adds the values of `array` to another builder, converted.
template <typename Values, typename Builder, typename Convert>
void move_values(const arrow::Array& array, Builder& builder, const Convert& convert) {
  const auto& values = static_cast<const Values&>(array);
  for (int64_t i = 0; i < values.length(); ++i)
    added(values.IsNull(i) ? builder.AppendNull() : builder.Append(convert(values.Value(i))));
}

}  // namespace

void JsonColumn::add_integer(int64_t row, int64_t value) {
  if (kind_ == Kind::none) become(Kind::integer);
  if (kind_ == Kind::text) return append_text(row, shortest(value));
  reach(row);
  added(kind_ == Kind::integer ? integers_.Append(value) : reals_.Append(static_cast<double>(value)));
}

void JsonColumn::add_long_integer(int64_t row, std::string_view digits) {
  become(Kind::text);
  append_text(row, digits);
}

void JsonColumn::add_real(int64_t row, double value, std::string_view spelt) {
  if (kind_ == Kind::text) return append_text(row, spelt);
  become(Kind::real);
  reach(row);
  added(reals_.Append(value));
}

void JsonColumn::add_text(int64_t row, std::string_view text) {
  if (text.empty()) return;  // missing whatever the column holds
  become(Kind::text);
  append_text(row, text);
}

void JsonColumn::append_text(int64_t row, std::string_view text) {
  reach(row);
  added(texts_.Append(text));
}

void JsonColumn::become(Kind kind) {
  const auto before = std::exchange(kind_, kind);
  if (before == kind) return;
  if (before == Kind::integer && kind == Kind::real)
    move_values<arrow::Int64Array>(*finished(integers_), reals_, [](int64_t v) { return static_cast<double>(v); });
  else if (before == Kind::integer) move_values<arrow::Int64Array>(*finished(integers_), texts_, shortest<int64_t>);
  else if (before == Kind::real) move_values<arrow::DoubleArray>(*finished(reals_), texts_, shortest<double>);
}

/// Adds missing values before the row, which follows.
void JsonColumn::reach(int64_t row) {
  append_nulls(row - rows_);
  rows_ = row + 1;
}

void JsonColumn::append_nulls(int64_t count) {
  if (count <= 0 || kind_ == Kind::none) return;
  if (kind_ == Kind::integer) added(integers_.AppendNulls(count));
  else if (kind_ == Kind::real) added(reals_.AppendNulls(count));
  else added(texts_.AppendNulls(count));
}

std::shared_ptr<arrow::Array> JsonColumn::finish(int64_t rows) {
  append_nulls(rows - rows_);
  rows_ = 0;
  if (kind_ == Kind::integer) return finished(integers_);
  if (kind_ == Kind::real) return finished(reals_);
  if (kind_ == Kind::text) return finished(texts_);
  return std::make_shared<arrow::NullArray>(rows);
}

}  // namespace reszoo

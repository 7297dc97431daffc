#include "arrow_frame.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/cast.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using arrow::ChunkedArray;
using Chunks = std::shared_ptr<ChunkedArray>;

constexpr double missing_number = std::numeric_limits<double>::quiet_NaN();
constexpr double seconds_a_day = 86400;

Chunks cast(const Chunks& values, const std::shared_ptr<arrow::DataType>& type, const std::string& subject) {
  if (values->type()->Equals(*type)) return values;
  // Unsafe cast: integers beyond 2^53 may be rounded.
  return value_of(arrow::compute::Cast(values, type, arrow::compute::CastOptions::Unsafe()), subject).chunked_array();
}

double units_a_second(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND: return 1;
    case arrow::TimeUnit::MILLI: return 1e3;
    case arrow::TimeUnit::MICRO: return 1e6;
    case arrow::TimeUnit::NANO: return 1e9;
  }
  return 1;
}

/// Returns the divisor that converts the integer of a time to days (dates, timestamps) or seconds (times of day,
/// durations), or 0 for types that are not times.
double time_divisor(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::DATE32: return 1;
    case arrow::Type::DATE64: return 1e3 * seconds_a_day;
    case arrow::Type::TIMESTAMP:
      return units_a_second(static_cast<const arrow::TimestampType&>(type).unit()) * seconds_a_day;
    case arrow::Type::TIME32:
    case arrow::Type::TIME64: return units_a_second(static_cast<const arrow::TimeType&>(type).unit());
    case arrow::Type::DURATION: return units_a_second(static_cast<const arrow::DurationType&>(type).unit());
    default: return 0;
  }
}

Column number_column(const std::string& name, const Chunks& values, const std::string& subject) {
  const auto numbers = torch::empty({values->length()}, torch::kFloat64);
  auto* next = numbers.mutable_data_ptr<double>();
  const auto doubles = cast(values, arrow::float64(), subject);
  for (const auto& chunk : doubles->chunks()) {
    const auto& array = static_cast<const arrow::DoubleArray&>(*chunk);
    std::copy_n(array.raw_values(), array.length(), next);
    for (int64_t i = 0; array.null_count() > 0 && i < array.length(); ++i)
      if (array.IsNull(i)) next[i] = missing_number;
    next += array.length();
  }
  return {name, Column::Kind::number, numbers, {}, {}};
}

/// Returns whether the type is a date or timestamp, not a duration.
bool is_date(const arrow::DataType& type) {
  return type.id() == arrow::Type::DATE32 || type.id() == arrow::Type::DATE64 || type.id() == arrow::Type::TIMESTAMP;
}

/// Dates and times are stored as integers in a unit of their type.
Column time_column(const std::string& name, const Chunks& values, double divisor, const std::string& subject) {
  const bool narrow = values->type()->id() == arrow::Type::DATE32 || values->type()->id() == arrow::Type::TIME32;
  auto column = number_column(name, cast(values, narrow ? arrow::int32() : arrow::int64(), subject), subject);
  column.numbers.div_(divisor);
  column.date = is_date(*values->type());
  return column;
}

/// Returns whether a value of an integer array is beyond 2^53, where a double cannot hold every integer.
template <typename Array>
bool has_big_values(const ChunkedArray& values) {
  constexpr auto most = int64_t{1} << 53;
  for (const auto& chunk : values.chunks()) {
    const auto& array = static_cast<const Array&>(*chunk);
    for (int64_t i = 0; i < array.length(); ++i) {
      if (!array.IsValid(i)) continue;
      const auto value = array.Value(i);
      if (std::cmp_greater(value, most) || std::cmp_less(value, -most)) return true;
    }
  }
  return false;
}

/// Returns whether a column has integers that would lose digits as doubles.
bool has_big_integers(const Chunks& values, const std::string& subject) {
  const auto& type = *values->type();
  if (type.id() == arrow::Type::INT64) return has_big_values<arrow::Int64Array>(*values);
  if (type.id() == arrow::Type::UINT64) return has_big_values<arrow::UInt64Array>(*values);
  if (!arrow::is_decimal(type.id()) || static_cast<const arrow::DecimalType&>(type).scale() != 0) return false;
  const auto numbers = number_column("", values, subject).numbers;
  return (numbers.abs() > 0x1p53).any().item<bool>();
}

Column text_column(const std::string& name, const Chunks& values, const std::string& subject) {
  // Encoding all chunks at once gives them the same dictionary.
  const auto encoded =
      value_of(arrow::compute::DictionaryEncode(cast(values, arrow::utf8(), subject)), subject).chunked_array();
  Column column{name, Column::Kind::text, {}, torch::full({values->length()}, -1, torch::kInt64), {}};
  if (encoded->num_chunks() == 0) return column;
  const auto& words = static_cast<const arrow::StringArray&>(
      *static_cast<const arrow::DictionaryArray&>(*encoded->chunks().back()).dictionary());
  std::vector<int64_t> code_of;  // -1 for ""
  for (int64_t i = 0; i < words.length(); ++i) {
    const bool missing = words.IsNull(i) || words.GetView(i).empty();
    code_of.push_back(missing ? -1 : static_cast<int64_t>(column.words.size()));
    if (!missing) column.words.emplace_back(words.GetView(i));
  }
  auto* next = column.codes.mutable_data_ptr<int64_t>();
  for (const auto& chunk : encoded->chunks()) {
    const auto& array = static_cast<const arrow::DictionaryArray&>(*chunk);
    for (int64_t i = 0; i < array.length(); ++i, ++next)
      if (!array.IsNull(i)) *next = code_of[array.GetValueIndex(i)];
  }
  return column;
}

arrow::Result<std::shared_ptr<arrow::Array>> day_array(const Column& column, const bool* null) {
  arrow::Date32Builder builder;
  const auto days = column.numbers.round().nan_to_num().to(torch::kInt32).contiguous();
  for (int64_t i = 0; i < column.size(); ++i)
    ARROW_RETURN_NOT_OK(null[i] ? builder.AppendNull() : builder.Append(days.const_data_ptr<int32_t>()[i]));
  return builder.Finish();
}

arrow::Result<std::shared_ptr<arrow::Array>> date_array(const Column& column, const bool* null) {
  arrow::TimestampBuilder builder(arrow::timestamp(arrow::TimeUnit::MICRO), arrow::default_memory_pool());
  const auto times = (column.numbers * (1e6 * seconds_a_day)).round().nan_to_num().to(torch::kInt64).contiguous();
  const auto* values = times.const_data_ptr<int64_t>();
  ARROW_RETURN_NOT_OK(builder.Reserve(column.size()));
  for (int64_t i = 0; i < column.size(); ++i)
    ARROW_RETURN_NOT_OK(null[i] ? builder.AppendNull() : builder.Append(values[i]));
  return builder.Finish();
}

arrow::Result<std::shared_ptr<arrow::Array>> arrow_array(const Column& column) {
  const auto missing = column.missing().contiguous();
  const auto* null = missing.const_data_ptr<bool>();
  if (column.date) return column.whole_days ? day_array(column, null) : date_array(column, null);
  if (column.kind == Column::Kind::number) {
    arrow::DoubleBuilder builder;
    const auto numbers = column.numbers.contiguous();
    const auto* values = numbers.const_data_ptr<double>();
    ARROW_RETURN_NOT_OK(builder.Reserve(column.size()));
    for (int64_t i = 0; i < column.size(); ++i)
      ARROW_RETURN_NOT_OK(null[i] ? builder.AppendNull() : builder.Append(values[i]));
    return builder.Finish();
  }
  arrow::StringBuilder builder;
  const auto codes = column.codes.contiguous();
  const auto* values = codes.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < column.size(); ++i)
    ARROW_RETURN_NOT_OK(null[i] ? builder.AppendNull() : builder.Append(column.words.at(values[i])));
  return builder.Finish();
}

/// Returns names for a message: very long ones, as damaged headers have them, are cut off.
std::vector<std::string> shown_names(std::vector<std::string> names) {
  constexpr size_t most = 80;
  for (auto& name : names)
    if (name.size() > most) name = escaped(name, most);
  return names;
}

}  // namespace

void check(const arrow::Status& status, const std::string& subject) {
  if (status.ok()) return;
  const auto& text = status.message();
  fail(ErrorKind::file, "{}: {}", subject, text.substr(0, text.find('\n')));
}

void check_there(const std::vector<std::string>& columns, const std::vector<std::string>& names,
                 const std::string& subject) {
  std::vector<std::string> lost;
  for (const auto& column : columns)
    if (std::find(names.begin(), names.end(), column) == names.end()) lost.push_back(column);
  if (lost.empty()) return;
  if (lost.size() > 1) fail(ErrorKind::input, "{}: no columns \"{}\"", subject, fmt::join(lost, "\", \""));
  const auto hint = suggestion(lost[0], names);
  fail(ErrorKind::input, "{}: no column \"{}\"{}", subject, lost[0],
       hint.empty() ? "; columns are " + list(shown_names(names)) : hint);
}

void check_names(const std::vector<std::string>& names, const std::string& subject) {
  std::set<std::string> seen;
  for (const auto& name : names)
    if (!seen.insert(name).second)
      fail(ErrorKind::input, "{}: two columns are named \"{}\"", subject, shown_names({name})[0]);
}

Column column_of(const std::string& name, Chunks values, const std::string& subject, bool text) {
  if (values->type()->id() == arrow::Type::DICTIONARY)
    values = cast(values, static_cast<const arrow::DictionaryType&>(*values->type()).value_type(), subject);
  const auto& type = *values->type();
  if (text && !is_date(type)) return text_column(name, values, subject);
  if (const auto divisor = time_divisor(type); divisor > 0) return time_column(name, values, divisor, subject);
  if (has_big_integers(values, subject)) return text_column(name, values, subject);
  if (arrow::is_numeric(type.id()) || arrow::is_decimal(type.id()) || type.id() == arrow::Type::NA)
    return number_column(name, values, subject);
  if (arrow::is_string(type.id()) || type.id() == arrow::Type::STRING_VIEW || type.id() == arrow::Type::BOOL)
    return text_column(name, values, subject);
  if (arrow::is_base_binary_like(type.id()))
    fail(ErrorKind::input, "{}: column \"{}\": text must be UTF-8", subject, name);
  fail(ErrorKind::input, "{}: column \"{}\": must hold numbers or text, got {}; --ignore-features leaves it out",
       subject, name, type.ToString());
}

bool is_clock(const arrow::DataType& type) { return time_divisor(type) > 0 && !is_date(type); }

Frame frame_of(const arrow::Table& table, const std::string& subject) {
  check_names(table.ColumnNames(), subject);
  Frame frame;
  for (int i = 0; i < table.num_columns(); ++i)
    frame.columns.push_back(column_of(table.field(i)->name(), table.column(i), subject));
  return frame;
}

std::shared_ptr<arrow::Table> arrow_table(const Frame& frame, const std::string& subject) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const auto& column : frame.columns) {
    arrays.push_back(value_of(arrow_array(column), subject));
    fields.push_back(arrow::field(column.name, arrays.back()->type()));
  }
  return arrow::Table::Make(arrow::schema(fields), arrays, frame.rows());
}

}  // namespace reszoo

#include "json_rows.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {

/// Takes the values of one object as nlohmann's parser finds them.
class JsonEvents {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;

  explicit JsonEvents(JsonRows& rows) : rows_(rows), row_(rows.rows_) {}

  std::string failure;  ///< why parsing stopped

  bool key(std::string& name) {
    if (depth_ > 1) return true;
    key_ = name;
    auto& key = rows_.key_of(name);
    key.seen = true;
    column_ = key.column;
    return !column_ || column_->rows() <= row_ || stop(fmt::format("column \"{}\" occurs twice", name));
  }
  bool start_object(size_t) { return nest("an object"); }
  bool start_array(size_t) { return nest("a list"); }
  bool end_object() { return --depth_ >= 0; }
  bool end_array() { return --depth_ >= 0; }
  bool null() { return true; }
  bool boolean(bool value) {
    return take([&] { column_->add_text(row_, value ? "true" : "false"); });
  }
  bool string(std::string& value) {
    return take([&] { column_->add_text(row_, value); });
  }
  bool number_integer(number_integer_t value) {
    return take([&] { column_->add_integer(row_, value); });
  }
  bool number_unsigned(number_unsigned_t value) {
    if (value <= static_cast<number_unsigned_t>(std::numeric_limits<int64_t>::max()))
      return number_integer(static_cast<int64_t>(value));
    return take([&] { column_->add_long_integer(row_, std::to_string(value)); });
  }
  bool number_float(double value, const std::string& spelt) {
    const bool integer = spelt.find_first_of(".eE") == std::string::npos;
    return take([&] { integer ? column_->add_long_integer(row_, spelt) : column_->add_real(row_, value, spelt); });
  }
  bool binary(nlohmann::json::binary_t&) { return true; }
  bool parse_error(size_t place, const std::string& near, const nlohmann::detail::exception& error) {
    const bool overflow = error.id == 406;  // nlohmann's number of the error
    return stop(overflow ? fmt::format("a number is too large: {}", escaped(near, 40))
                         : fmt::format("is no JSON at byte {}, near {}", place, escaped(near, 40)));
  }

 private:
  /// Whether the value is that of a column.
  bool is_cell() const { return depth_ == 1 && column_ != nullptr; }

  template <typename Action>
  bool take(Action action) {
    if (is_cell()) action();
    return true;
  }

  bool nest(const char* what) {
    if (is_cell()) return stop(fmt::format("column \"{}\" must hold numbers or text, got {}", key_, what));
    ++depth_;
    return true;
  }

  bool stop(std::string why) {
    failure = std::move(why);
    return false;
  }

  JsonRows& rows_;
  int64_t row_, depth_ = 0;
  std::string key_;
  JsonColumn* column_ = nullptr;
};

JsonRows::JsonRows(JsonSelection selection, std::string subject)
    : selection_(std::move(selection)), subject_(std::move(subject)) {
  for (const auto& name : selection_.wanted) key_of(name);
}

JsonRows::Key& JsonRows::key_of(const std::string& name) {
  if (const auto found = keys_.find(name); found != keys_.end()) return found->second;
  const auto is_in = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  auto& key = keys_[name];
  if (selection_.wanted.empty() ? is_in(selection_.ignored) : !is_in(selection_.wanted)) return key;
  columns_.push_back(std::make_unique<JsonColumn>(name, is_in(selection_.as_text)));
  key.column = columns_.back().get();
  return key;
}

void JsonRows::add(std::string_view object, int64_t row) {
  JsonEvents events(*this);
  if (!nlohmann::json::sax_parse(object.begin(), object.end(), &events)) {
    if (!is_utf8(object))
      fail(ErrorKind::input, "{}: row {}: text must be UTF-8; --encoding names its encoding, such as latin1 or utf-16",
           subject_, row);
    fail(ErrorKind::input, "{}: row {}: {}", subject_, row, events.failure);
  }
  ++rows_;
}

std::shared_ptr<arrow::Table> JsonRows::finish() {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& column : columns_) {
    arrays.push_back(column->finish(rows_));
    fields.push_back(arrow::field(column->name(), arrays.back()->type()));
  }
  return arrow::Table::Make(arrow::schema(fields), arrays, std::exchange(rows_, 0));
}

std::vector<std::string> JsonRows::seen_keys() const {
  std::vector<std::string> names;
  for (const auto& [name, key] : keys_)
    if (key.seen) names.push_back(name);
  return names;
}

}  // namespace reszoo

// JSON Lines (also called NDJSON): one JSON object per line, one line per row; or an array of objects. Read in parts of
// several megabytes.
#include <arrow/array.h>
#include <arrow/compute/cast.h>
#include <arrow/table.h>

#include <algorithm>

#include "arrow_frame.h"
#include "json_objects.h"
#include "json_rows.h"
#include "reszoo/base/error.h"
#include "table_formats.h"

namespace reszoo {
namespace {

using JsonTable = std::shared_ptr<arrow::Table>;

constexpr size_t kJsonBytes = size_t{8} << 20;

/// Removes leading white space.
std::string_view without_space(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

/// Recognises a JSON object or an array of objects.
bool recognise_json(std::string_view start) {
  if (start.starts_with("\xef\xbb\xbf")) start.remove_prefix(3);
  start = without_space(start);
  if (start.starts_with('[')) start = without_space(start.substr(1));
  if (!start.starts_with('{')) return false;
  start = without_space(start.substr(1));
  return start.starts_with('"') || start.starts_with('}');
}

/// Returns a column of strings as dates if all of them are ISO 8601 dates.
std::shared_ptr<arrow::ChunkedArray> dates_of(const std::shared_ptr<arrow::ChunkedArray>& column) {
  if (column->type()->id() != arrow::Type::STRING || column->null_count() == column->length()) return column;
  const auto dates = arrow::compute::Cast(column, arrow::timestamp(arrow::TimeUnit::MICRO));
  return dates.ok() ? dates->chunked_array() : column;
}

/// Reads the rows of JSON in parts.
class JsonParts {
 public:
  JsonParts(std::shared_ptr<TableInput> input, TableSelection selection)
      : input_(std::move(input)),
        selection_(std::move(selection)),
        objects_(input_->stream(), input_->subject()),
        rows_({.wanted = selection_.columns_of_file(),
               .ignored = selection_.options.ignore,
               .as_text = selection_.options.text},
              input_->subject()) {}

  std::optional<TablePart> next() {
    const auto first_row = add_objects();
    // A key may occur in the last row for the first time.
    const bool whole = selection_.whole || selection_.joined;
    while (whole && rows_.rows() > 0 && add_objects() > 0) continue;
    if (rows_.rows() == 0) return std::nullopt;
    // The columns asked for must occur in the first part.
    if (names_.empty()) (void)selection_.of_columns(rows_.seen_keys(), subject());
    const auto table = with_known_columns(rows_.finish());
    auto part = selected_part(table, selection_, first_row, subject());
    for (int i = 0; i < part.read->num_columns(); ++i) {
      const auto& name = part.read->field(i)->name();
      const auto& text = selection_.options.text;
      if (std::find(text.begin(), text.end(), name) != text.end()) continue;
      const auto column = dates_of(part.read->column(i));
      part.read = value_of(part.read->SetColumn(i, arrow::field(name, column->type()), column), subject());
    }
    return part;
  }

 private:
  const std::string& subject() const { return input_->subject(); }

  /// Adds the next objects, and returns the row of the first one; 0 at the end.
  int64_t add_objects() {
    const auto objects = objects_.next(kJsonBytes);
    auto row = objects_.first_row();
    for (const auto object : objects) rows_.add(object, row++);
    return objects.empty() ? 0 : objects_.first_row();
  }

  /// Checks that a part has no other columns than the first one.
  JsonTable with_known_columns(JsonTable table) {
    if (names_.empty()) names_ = table->ColumnNames();
    for (const auto& name : table->ColumnNames())
      if (std::find(names_.begin(), names_.end(), name) == names_.end())
        fail(ErrorKind::input, "{}: column \"{}\" appears after row {} for the first time", subject(), name,
             objects_.first_row() - 1);
    return table;
  }

  std::shared_ptr<TableInput> input_;
  TableSelection selection_;
  JsonObjects objects_;
  JsonRows rows_;
  std::vector<std::string> names_;  ///< columns of the first part
};

TableParts read_json_lines(const std::shared_ptr<TableInput>& input, const TableSelection& selection) {
  return [parts = std::make_shared<JsonParts>(input, selection)] { return parts->next(); };
}

}  // namespace

TableFormat json_lines_format() {
  return {.name = "JSON Lines", .recognises = recognise_json, .read = read_json_lines};
}

}  // namespace reszoo

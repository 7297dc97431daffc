// JSON Lines (also called NDJSON): one JSON object per line, one line per row. Read in parts of several megabytes.
#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/compute/cast.h>
#include <arrow/io/memory.h>
#include <arrow/json/api.h>
#include <arrow/table.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "arrow_frame.h"
#include "reszoo/base/error.h"
#include "reszoo/base/number.h"
#include "reszoo/base/text.h"
#include "table_formats.h"

namespace reszoo {
namespace {

using ArrowTable = std::shared_ptr<arrow::Table>;

/// Bytes per part, and the longest line, which must fit into one of Arrow's blocks.
constexpr size_t kJsonBytes = size_t{8} << 20, kLongestLine = size_t{64} << 20;

/// Removes leading white space.
std::string_view without_space(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

/// Recognises a JSON object. Also recognises an array of objects, so that it is rejected with a specific message.
bool recognise_json(std::string_view start) {
  if (start.starts_with("\xef\xbb\xbf")) start.remove_prefix(3);
  start = without_space(start);
  if (start.starts_with('[')) start = without_space(start.substr(1));
  if (!start.starts_with('{')) return false;
  start = without_space(start.substr(1));
  return start.starts_with('"') || start.starts_with('}');
}

/// Parses rows. `as_text` are columns whose strings stay strings, even if they look like dates.
arrow::Result<ArrowTable> parse_json(std::string_view rows, const std::vector<std::string>& as_text, size_t block) {
  auto read = arrow::json::ReadOptions::Defaults();
  read.block_size = static_cast<int32_t>(std::min<size_t>(block, std::numeric_limits<int32_t>::max()));
  auto parse = arrow::json::ParseOptions::Defaults();
  arrow::FieldVector texts;
  for (const auto& name : as_text) texts.push_back(arrow::field(name, arrow::utf8()));
  if (!texts.empty()) parse.explicit_schema = arrow::schema(texts);
  const auto bytes = std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(rows));
  ARROW_ASSIGN_OR_RAISE(auto reader, arrow::json::TableReader::Make(arrow::default_memory_pool(), bytes, read, parse));
  return reader->Read();
}

/// Throws for rows that Arrow rejected. Arrow counts the rows of a block from 0, so one block must hold all rows.
[[noreturn]] void fail_json(std::string_view rows, int64_t first_row, const std::string& subject) {
  const auto status = parse_json(rows, {}, rows.size() + 1).status();
  auto message = status.message().substr(0, status.message().find('\n'));
  constexpr std::string_view prefix = "JSON parse error: ", place = " in row ";
  if (message.starts_with(prefix)) message.erase(0, prefix.size());
  const auto found = message.rfind(place);
  const auto row =
      found == std::string::npos ? std::nullopt : number_in_text<int64_t>(message.substr(found + place.size()));
  if (!row) fail(ErrorKind::input, "{}: cannot be read as JSON Lines: {}", subject, message);
  message.erase(found);
  constexpr std::string_view column = "Column(/";
  if (const auto end = message.find(')'); message.starts_with(column) && end != std::string::npos)
    message =
        fmt::format("column \"{}\"{}", message.substr(column.size(), end - column.size()), message.substr(end + 1));
  fail(ErrorKind::input, "{}: row {}: {}", subject, first_row + *row, message);
}

/// Throws for the first object or array among the values of the columns.
void check_plain(const arrow::Table& table, int64_t first_row, const std::string& subject) {
  for (int i = 0; i < table.num_columns(); ++i) {
    const auto& type = *table.column(i)->type();
    if (!arrow::is_nested(type.id())) continue;
    auto row = first_row;
    for (const auto& chunk : table.column(i)->chunks())
      for (int64_t j = 0; j < chunk->length(); ++j, ++row)
        if (chunk->IsValid(j))
          fail(ErrorKind::input, "{}: row {}: column \"{}\" must hold numbers or text, got {}", subject, row,
               table.field(i)->name(), type.id() == arrow::Type::STRUCT ? "an object" : "a list");
  }
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Reads the rows of JSON Lines: returns text in complete lines, and parses it.
class JsonLines {
 public:
  JsonLines(std::shared_ptr<TableInput> input, TableSelection selection)
      : input_(std::move(input)), selection_(std::move(selection)) {
    input_->stream().append(buffer_, 3);
    if (buffer_ == "\xef\xbb\xbf") buffer_.clear();
  }

  std::optional<TablePart> next() {
    const auto text = next_text();
    if (without_space(text).empty()) return std::nullopt;
    const auto table = parse(text, selection_.options.text);
    auto part = selected_part(table, selection_, row_, subject());
    if (!selection_.keep.empty()) {
      auto exact = selection_;
      exact.options.columns.clear();
      part.kept = selected_part(parse(text, selection_.keep), exact, row_, subject()).kept;
    }
    row_ += table->num_rows();
    return part;
  }

 private:
  const std::string& subject() const { return input_->subject(); }

  /// Returns complete lines, about `kJsonBytes` of them or all; they are valid until the next call.
  std::string_view next_text() {
    buffer_.erase(0, used_);
    bool at_end = false;
    for (size_t wanted = kJsonBytes;; wanted += kJsonBytes) {
      while (!at_end && (selection_.whole || buffer_.size() < wanted))
        at_end = input_->stream().append(buffer_, kJsonBytes) == 0;
      const auto end = at_end ? buffer_.size() : buffer_.rfind('\n') + 1;  // npos + 1 is 0
      if (end > 0 || at_end) return std::string_view(buffer_).substr(0, used_ = end);
      if (buffer_.size() > kLongestLine)
        fail(ErrorKind::input, "{}: row {}: a line must not be longer than 64 MiB", subject(), row_);
    }
  }

  /// Parses text. Columns in `as_text` become text; numbers and booleans in them are printed.
  ArrowTable parse(std::string_view text, const std::vector<std::string>& as_text) {
    if (!is_utf8(text)) fail(ErrorKind::input, "{}: text must be UTF-8", subject());
    auto parsed = parse_json(text, {}, block_of(text));
    if (!parsed.ok()) fail_json(text, row_, subject());
    auto table = with_known_columns(*parsed);
    check_selected(*table);
    std::vector<std::string> dates;  // strings that Arrow parsed as dates
    for (const auto& field : table->fields())
      if (field->type()->id() == arrow::Type::TIMESTAMP && contains(as_text, field->name()))
        dates.push_back(field->name());
    const auto exact = dates.empty() ? nullptr : value_of(parse_json(text, dates, block_of(text)), subject());
    for (int i = 0; i < table->num_columns(); ++i) {
      const auto& name = table->field(i)->name();
      if (!contains(selection_.options.text, name) && !contains(dates, name)) continue;
      auto column = contains(dates, name) ? exact->GetColumnByName(name) : table->column(i);
      if (!column->type()->Equals(*arrow::utf8()))
        column = value_of(arrow::compute::Cast(column, arrow::utf8()), subject()).chunked_array();
      table = value_of(table->SetColumn(i, arrow::field(name, arrow::utf8()), column), subject());
    }
    return table;
  }

  /// Returns the size of Arrow's blocks, each of which must hold a complete line.
  static size_t block_of(std::string_view text) {
    size_t longest = 0;
    for (size_t begin = 0; begin < text.size();) {
      const auto end = std::min(text.find('\n', begin), text.size());
      longest = std::max(longest, end - begin);
      begin = end + 1;
    }
    return std::max(kJsonBytes, longest + 2);
  }

  /// Throws for values that are neither numbers nor text, in the selected columns.
  void check_selected(const arrow::Table& table) const {
    const auto wanted = selection_.columns_of_file();
    std::vector<int> places;
    for (int i = 0; i < table.num_columns(); ++i)
      if (wanted.empty() || contains(wanted, table.field(i)->name())) places.push_back(i);
    check_plain(*value_of(table.SelectColumns(places), subject()), row_, subject());
  }

  /// Gives every part the columns of the first: a key that is missing in a part becomes a column of missing values.
  ArrowTable with_known_columns(ArrowTable table) {
    check_names(table->ColumnNames(), subject());
    if (names_.empty()) names_ = table->ColumnNames();
    const auto wanted = selection_.columns_of_file();
    for (const auto& name : table->ColumnNames())
      if (wanted.empty() && !contains(names_, name))
        fail(ErrorKind::input, "{}: column \"{}\" appears after row {} for the first time", subject(), name, row_ - 1);
    for (const auto& name : names_) {
      if (table->GetColumnByName(name)) continue;
      const auto nulls = std::make_shared<arrow::NullArray>(table->num_rows());
      table = value_of(table->AddColumn(table->num_columns(), arrow::field(name, arrow::null()),
                                        std::make_shared<arrow::ChunkedArray>(nulls)),
                       subject());
    }
    return value_of(table->SelectColumns(places_of(*table)), subject());
  }

  /// Returns the positions of the first part's columns in a table.
  std::vector<int> places_of(const arrow::Table& table) const {
    std::vector<int> places;
    for (const auto& name : names_) places.push_back(table.schema()->GetFieldIndex(name));
    return places;
  }

  std::shared_ptr<TableInput> input_;
  TableSelection selection_;
  std::vector<std::string> names_;  ///< columns of the first part
  std::string buffer_;
  size_t used_ = 0;  ///< bytes of the buffer that were already returned
  int64_t row_ = 1;
};

TableParts read_json_lines(const std::shared_ptr<TableInput>& input, const TableSelection& selection) {
  auto start = input->start();
  if (start.starts_with("\xef\xbb\xbf")) start.remove_prefix(3);
  if (without_space(start).starts_with('['))
    fail(ErrorKind::input, "{}: is a JSON array; write JSON Lines, an object a line", input->subject());
  return [lines = std::make_shared<JsonLines>(input, selection)] { return lines->next(); };
}

}  // namespace

TableFormat json_lines_format() {
  return {.name = "JSON Lines", .recognises = recognise_json, .read = read_json_lines};
}

}  // namespace reszoo

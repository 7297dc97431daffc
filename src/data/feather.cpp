// Arrow's IPC: the file format, which is Feather version 2, and the stream format. Read by record batches.
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>

#include <algorithm>
#include <cstring>

#include "arrow_frame.h"
#include "byte_stream.h"
#include "reszoo/base/error.h"
#include "table_formats.h"

namespace reszoo {
namespace {

/// Rows per part.
constexpr int64_t kFeatherRows = 16384;

using FeatherTable = std::shared_ptr<arrow::Table>;
/// Returns the next record batch; null at the end.
using NextBatch = std::function<std::shared_ptr<arrow::RecordBatch>()>;

/// Returns the places of the columns that are read.
std::vector<int> places_of_columns(const arrow::Schema& schema, const std::vector<std::string>& columns) {
  std::vector<int> places;
  for (int i = 0; i < schema.num_fields(); ++i)
    if (columns.empty() || std::find(columns.begin(), columns.end(), schema.field(i)->name()) != columns.end())
      places.push_back(i);
  return places;
}

/// Returns the selected columns of a batch as a table, checked: readers trust offsets and dictionary indices, which in
/// a damaged file could point anywhere.
FeatherTable checked_table(const arrow::RecordBatch& batch, const std::vector<std::string>& columns,
                           const std::string& subject) {
  const auto selected = value_of(batch.SelectColumns(places_of_columns(*batch.schema(), columns)), subject);
  check(selected->ValidateFull(), subject);
  return value_of(arrow::Table::FromRecordBatches({selected}), subject);
}

/// Returns all batches as one table, once.
FeatherTable all_batches(const NextBatch& next, const arrow::Schema& schema, const std::vector<std::string>& columns,
                         const std::string& subject) {
  std::vector<FeatherTable> tables;
  while (const auto batch = next()) tables.push_back(checked_table(*batch, columns, subject));
  if (!tables.empty())
    return value_of(arrow::ConcatenateTables(tables), subject);  // they may have different dictionaries
  arrow::FieldVector fields;
  for (const auto place : places_of_columns(schema, columns)) fields.push_back(schema.field(place));
  return value_of(arrow::Table::MakeEmpty(arrow::schema(fields)), subject);
}

/// Returns the batches as parts of at most `kFeatherRows` rows.
TableParts parts_of_batches(NextBatch next, const std::shared_ptr<arrow::Schema>& schema,
                            const TableSelection& selection, const std::string& subject) {
  const auto columns = selection.columns_of_file();
  auto tables = [=, whole = selection.whole, done = false, batch = FeatherTable(),
                 begin = int64_t{0}]() mutable -> FeatherTable {
    if (whole) return std::exchange(done, true) ? nullptr : all_batches(next, *schema, columns, subject);
    while (!batch || begin >= batch->num_rows()) {
      const auto read = next();
      if (!read) return nullptr;
      batch = checked_table(*read, columns, subject);
      begin = 0;
    }
    auto part = batch->Slice(begin, kFeatherRows);
    begin += part->num_rows();
    return part;
  };
  return parts_of_tables(std::move(tables), selection, subject);
}

TableParts read_feather(const std::shared_ptr<TableInput>& input, const TableSelection& selection) {
  using Reader = arrow::ipc::RecordBatchFileReader;
  const auto subject = input->subject();
  if (input->start().starts_with("FEA1"))
    fail(ErrorKind::file, "{}: is Feather version 1; write it as version 2", subject);
  const auto file = input->random_access();
  auto reader = value_of(Reader::Open(file), subject);
  const auto selected = selection.of_columns(reader->schema()->field_names(), subject);
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.included_fields = places_of_columns(*reader->schema(), selected.columns_of_file());
  reader = value_of(Reader::Open(file, options), subject);
  auto next = [reader, subject, number = 0]() mutable -> std::shared_ptr<arrow::RecordBatch> {
    if (number >= reader->num_record_batches()) return nullptr;
    return value_of(reader->ReadRecordBatch(number++), subject);
  };
  return parts_of_batches(std::move(next), reader->schema(), selected, subject);
}

TableParts read_arrow_stream(const std::shared_ptr<TableInput>& input, const TableSelection& selection) {
  const auto subject = input->subject();
  const std::shared_ptr<arrow::RecordBatchReader> reader =
      value_of(arrow::ipc::RecordBatchStreamReader::Open(frugal_bytes(input->stream().bytes())), subject);
  const auto selected = selection.of_columns(reader->schema()->field_names(), subject);
  auto next = [input, reader, subject] { return value_of(reader->Next(), subject); };
  return parts_of_batches(std::move(next), reader->schema(), selected, subject);
}

/// A stream begins with a marker and the length of its schema.
bool begins_arrow_stream(std::string_view start) {
  int32_t length = 0;
  if (start.size() < 8 || !start.starts_with("\xff\xff\xff\xff")) return false;
  std::memcpy(&length, start.data() + 4, sizeof length);
  return length > 0 && length % 8 == 0;
}

}  // namespace

TableFormat feather_format() {
  return {.name = "Feather",
          .recognises = [](std::string_view start) { return start.starts_with("ARROW1") || start.starts_with("FEA1"); },
          .typed = true,
          .read = read_feather};
}

TableFormat arrow_stream_format() {
  return {.name = "Arrow stream", .recognises = begins_arrow_stream, .typed = true, .read = read_arrow_stream};
}

}  // namespace reszoo

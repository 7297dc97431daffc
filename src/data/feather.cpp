// Feather version 2, which is Arrow's IPC file format, read by record batches.
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>

#include <algorithm>

#include "arrow_frame.h"
#include "reszoo/base/error.h"
#include "table_formats.h"

namespace reszoo {
namespace {

/// Rows per part.
constexpr int64_t kFeatherRows = 65536;

/// Returns a record batch as a table with the named columns, or all columns if there are no names.
std::shared_ptr<arrow::Table> feather_batch(arrow::ipc::RecordBatchFileReader& reader, int number,
                                            const std::vector<std::string>& columns, const std::string& subject) {
  const auto batch = value_of(reader.ReadRecordBatch(number), subject);
  // The reader trusts offsets and dictionary indices; in a damaged file they could point anywhere.
  check(batch->ValidateFull(), subject);
  std::vector<int> places;
  for (int i = 0; i < batch->num_columns(); ++i)
    if (columns.empty() || std::find(columns.begin(), columns.end(), batch->column_name(i)) != columns.end())
      places.push_back(i);
  return value_of(arrow::Table::FromRecordBatches({value_of(batch->SelectColumns(places), subject)}), subject);
}

std::shared_ptr<arrow::Table> whole_feather(arrow::ipc::RecordBatchFileReader& reader,
                                            const std::vector<std::string>& columns, const std::string& subject) {
  std::vector<std::shared_ptr<arrow::Table>> batches;
  for (int i = 0; i < reader.num_record_batches(); ++i) batches.push_back(feather_batch(reader, i, columns, subject));
  if (batches.empty()) return value_of(arrow::Table::MakeEmpty(reader.schema()), subject);
  // Batches may have different dictionaries.
  return value_of(arrow::ConcatenateTables(batches), subject);
}

TableParts read_feather(const std::shared_ptr<TableInput>& input, const TableSelection& selection) {
  const auto subject = input->subject();
  if (input->start().starts_with("FEA1"))
    fail(ErrorKind::file, "{}: is Feather version 1; write it as version 2", subject);
  const auto reader = value_of(arrow::ipc::RecordBatchFileReader::Open(input->random_access()), subject);
  const auto columns = selection.columns_of_file();
  check_there(columns, reader->schema()->field_names(), subject);
  auto next = [reader, columns, subject, whole = selection.whole, number = 0, batch = std::shared_ptr<arrow::Table>(),
               begin = int64_t{0}]() mutable -> std::shared_ptr<arrow::Table> {
    if (whole) return number++ == 0 ? whole_feather(*reader, columns, subject) : nullptr;
    while (!batch || begin >= batch->num_rows()) {
      if (number >= reader->num_record_batches()) return nullptr;
      batch = feather_batch(*reader, number++, columns, subject);
      begin = 0;
    }
    auto part = batch->Slice(begin, kFeatherRows);
    begin += part->num_rows();
    return part;
  };
  return parts_of_tables(std::move(next), selection, subject);
}

}  // namespace

TableFormat feather_format() {
  return {.name = "Feather",
          .recognises = [](std::string_view start) { return start.starts_with("ARROW1") || start.starts_with("FEA1"); },
          .read = read_feather};
}

}  // namespace reszoo

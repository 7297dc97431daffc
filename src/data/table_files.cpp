#include "table_files.h"

#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/properties.h>

#include <algorithm>

#include "arrow_frame.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;
using TablePointer = std::shared_ptr<arrow::Table>;
using File = std::shared_ptr<arrow::io::RandomAccessFile>;

bool wanted(const std::string& name, const Names& columns) {
  return columns.empty() || std::find(columns.begin(), columns.end(), name) != columns.end();
}

/// Does what may throw Parquet's own exception.
template <typename Action>
auto guarded(const std::string& subject, Action action) {
  try {
    return action();
  } catch (const parquet::ParquetException& error) {
    fail(ErrorKind::file, "{}: {}", subject, message_of(error));
  }
}

std::shared_ptr<parquet::arrow::FileReader> open_parquet(const File& file, int64_t rows, const std::string& subject) {
  parquet::ReaderProperties properties;
  parquet::ArrowReaderProperties arrow_properties;
  if (rows > 0) {
    // A row group may be larger than the memory: no more of a column is read than its next pages.
    properties.enable_buffered_stream();
    arrow_properties.set_batch_size(rows);
    arrow_properties.set_pre_buffer(false);
  }
  arrow_properties.set_use_threads(true);
  parquet::arrow::FileReaderBuilder builder;
  check(builder.Open(file, properties), subject);
  builder.properties(arrow_properties);
  return value_of(builder.Build(), subject);
}

void add_leaves(const parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
  if (field.column_index >= 0) leaves.push_back(field.column_index);
  for (const auto& child : field.children) add_leaves(child, leaves);
}

/// Numbers of the columns as Parquet counts them.
std::vector<int> leaves_of(const parquet::arrow::FileReader& reader, const Names& columns, const std::string& subject) {
  std::vector<int> leaves;
  Names names;
  for (const auto& field : reader.manifest().schema_fields) names.push_back(field.field->name());
  check_there(columns, names, subject);
  for (const auto& field : reader.manifest().schema_fields)
    if (wanted(field.field->name(), columns)) add_leaves(field, leaves);
  return leaves;
}

TableParts parquet_parts(const File& file, const Names& columns, int64_t rows, const std::string& subject) {
  return guarded(subject, [&]() -> TableParts {
    const auto reader = open_parquet(file, rows, subject);
    std::vector<int> groups(static_cast<size_t>(reader->num_row_groups()));
    for (size_t i = 0; i < groups.size(); ++i) groups[i] = static_cast<int>(i);
    const std::shared_ptr<arrow::RecordBatchReader> batches =
        value_of(reader->GetRecordBatchReader(groups, leaves_of(*reader, columns, subject)), subject);
    return [reader, batches, subject] {
      return guarded(subject, [&]() -> TablePointer {
        const auto batch = value_of(batches->Next(), subject);
        return batch ? value_of(arrow::Table::FromRecordBatches({batch}), subject) : nullptr;
      });
    };
  });
}

/// The next record batch; its columns that are wanted alone.
TablePointer feather_batch(arrow::ipc::RecordBatchFileReader& reader, int number, const Names& columns,
                           const std::string& subject) {
  auto batch = value_of(reader.ReadRecordBatch(number), subject);
  // The reader trusts offsets and dictionary indices; a damaged file's would point anywhere.
  check(batch->ValidateFull(), subject);
  std::vector<int> places;
  for (int i = 0; i < batch->num_columns(); ++i)
    if (wanted(batch->column_name(i), columns)) places.push_back(i);
  return value_of(arrow::Table::FromRecordBatches({value_of(batch->SelectColumns(places), subject)}), subject);
}

TableParts feather_parts(const File& file, const Names& columns, int64_t rows, const std::string& subject) {
  const auto reader = value_of(arrow::ipc::RecordBatchFileReader::Open(file), subject);
  check_there(columns, reader->schema()->field_names(), subject);
  return [reader, columns, rows, subject, number = 0, batch = TablePointer(),
          begin = int64_t{0}]() mutable -> TablePointer {
    while (!batch || begin >= batch->num_rows()) {
      if (number >= reader->num_record_batches()) return nullptr;
      batch = feather_batch(*reader, number++, columns, subject);
      begin = 0;
    }
    const auto part = rows > 0 ? batch->Slice(begin, rows) : batch;
    begin += part->num_rows();
    return part;
  };
}

/// The file's columns where it has no rows.
TablePointer empty_feather(const File& file, const std::string& subject) {
  return value_of(arrow::Table::MakeEmpty(value_of(arrow::ipc::RecordBatchFileReader::Open(file), subject)->schema()),
                  subject);
}

std::string text_of_kind(const Column& column) {
  return column.kind == Column::Kind::text ? "text" : column.date ? "a date" : "a number";
}

}  // namespace

TableFormat format_of(std::string_view start, const std::string& subject) {
  if (start.starts_with("PAR1")) return TableFormat::parquet;
  if (start.starts_with("ARROW1")) return TableFormat::feather;
  if (start.starts_with("FEA1")) fail(ErrorKind::file, "{}: is Feather version 1; write it as version 2", subject);
  return TableFormat::csv;
}

bool is_tab_separated(const fs::path& path) {
  const bool packed = path.extension() == ".gz" || path.extension() == ".zst";
  return (packed ? path.stem() : path).extension() == ".tsv";
}

TableParts parts_of(TableFormat format, const File& file, const Names& columns, int64_t rows,
                    const std::string& subject) {
  return format == TableFormat::parquet ? parquet_parts(file, columns, rows, subject)
                                        : feather_parts(file, columns, rows, subject);
}

TablePointer whole_of(TableFormat format, const File& file, const Names& columns, const std::string& subject) {
  if (format == TableFormat::parquet)
    return guarded(subject, [&] {
      const auto reader = open_parquet(file, 0, subject);
      return value_of(reader->ReadTable(leaves_of(*reader, columns, subject)), subject);
    });
  std::vector<TablePointer> batches;
  const auto parts = feather_parts(file, columns, 0, subject);
  for (auto part = parts(); part; part = parts()) batches.push_back(part);
  if (batches.empty()) return empty_feather(file, subject);
  // Batches of dictionaries may each have their own.
  return value_of(arrow::ConcatenateTables(batches), subject);
}

std::vector<fs::path> parquet_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (entry.is_regular_file() && name.ends_with(".parquet") && name[0] != '.' && name[0] != '_')
      files.push_back(entry.path());
  }
  if (files.empty()) fail(ErrorKind::file, "{}: is a folder without Parquet files (.parquet)", folder.string());
  std::sort(files.begin(), files.end());
  return files;
}

void check_same_columns(const Frame& table, const std::string& subject, const Frame& first,
                        const std::string& first_subject) {
  for (const auto& column : first.columns) {
    const auto* found = table.find(column.name);
    if (!found) fail(ErrorKind::input, "{}: no column \"{}\", which {} has", subject, column.name, first_subject);
    if (found->kind == column.kind && found->date == column.date) continue;
    if (!found->missing().all().item<bool>() && !column.missing().all().item<bool>())
      fail(ErrorKind::input, "{}: column \"{}\" is {}, in {} it is {}", subject, column.name, text_of_kind(*found),
           first_subject, text_of_kind(column));
  }
  for (const auto& column : table.columns)
    if (!first.find(column.name))
      fail(ErrorKind::input, "{}: column \"{}\" is not in {}", subject, column.name, first_subject);
}

}  // namespace reszoo

// Parquet, read by row batches and written by row groups.
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <algorithm>
#include <numeric>

#include "arrow_frame.h"
#include "reszoo/base/error.h"
#include "table_formats.h"

namespace reszoo {
namespace {

using ArrowTable = std::shared_ptr<arrow::Table>;

/// Rows per part.
constexpr int64_t kParquetRows = 16384;

/// Runs code that may throw Parquet's own exceptions.
template <typename Action>
auto parquet_guarded(const std::string& subject, Action action) {
  try {
    return action();
  } catch (const parquet::ParquetException& error) {
    fail(ErrorKind::file, "{}: {}", subject, message_of(error));
  }
}

std::shared_ptr<parquet::arrow::FileReader> open_parquet(const std::shared_ptr<arrow::io::RandomAccessFile>& file,
                                                         bool whole, const std::string& subject) {
  parquet::ReaderProperties properties;
  parquet::ArrowReaderProperties arrow_properties;
  if (!whole) {
    // A row group may be larger than the memory, so only the next pages of a column are read.
    properties.enable_buffered_stream();
    arrow_properties.set_batch_size(kParquetRows);
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

std::vector<std::string> parquet_names(const parquet::arrow::FileReader& reader) {
  std::vector<std::string> names;
  for (const auto& field : reader.manifest().schema_fields) names.push_back(field.field->name());
  return names;
}

/// Returns Parquet's indices of the named columns, or of all columns if there are no names.
std::vector<int> leaves_of(const parquet::arrow::FileReader& reader, const std::vector<std::string>& columns) {
  std::vector<int> leaves;
  for (const auto& field : reader.manifest().schema_fields)
    if (columns.empty() || std::find(columns.begin(), columns.end(), field.field->name()) != columns.end())
      add_leaves(field, leaves);
  return leaves;
}

/// Returns the whole table once.
std::function<ArrowTable()> whole_parquet(const std::shared_ptr<parquet::arrow::FileReader>& reader,
                                          const std::vector<int>& leaves, const std::string& subject) {
  return [reader, leaves, subject, done = false]() mutable -> ArrowTable {
    if (std::exchange(done, true)) return nullptr;
    return parquet_guarded(subject, [&] { return value_of(reader->ReadTable(leaves), subject); });
  };
}

std::function<ArrowTable()> parquet_batches(const std::shared_ptr<parquet::arrow::FileReader>& reader,
                                            const std::vector<int>& leaves, const std::string& subject) {
  std::vector<int> groups(static_cast<size_t>(reader->num_row_groups()));
  std::iota(groups.begin(), groups.end(), 0);
  const std::shared_ptr<arrow::RecordBatchReader> batches =
      value_of(reader->GetRecordBatchReader(groups, leaves), subject);
  return [reader, batches, subject] {  // the batches need their reader
    return parquet_guarded(subject, [&]() -> ArrowTable {
      const auto batch = value_of(batches->Next(), subject);
      return batch ? value_of(arrow::Table::FromRecordBatches({batch}), subject) : nullptr;
    });
  };
}

TableParts read_parquet(const std::shared_ptr<TableInput>& input, const TableSelection& selection) {
  const auto& subject = input->subject();
  return parquet_guarded(subject, [&] {
    const auto reader = open_parquet(input->random_access(), selection.whole, subject);
    const auto selected = selection.of_columns(parquet_names(*reader), subject);
    const auto leaves = leaves_of(*reader, selected.columns_of_file());
    return parts_of_tables(
        selection.whole ? whole_parquet(reader, leaves, subject) : parquet_batches(reader, leaves, subject), selected,
        subject);
  });
}

class ParquetWriter final : public TableBatchWriter {
 public:
  explicit ParquetWriter(std::unique_ptr<parquet::arrow::FileWriter> writer) : writer_(std::move(writer)) {}
  arrow::Status write(const arrow::RecordBatch& batch) override {
    return as_status([&] { return writer_->WriteRecordBatch(batch); });
  }
  arrow::Status close() override {
    return as_status([&] { return writer_->Close(); });
  }

 private:
  template <typename Action>
  static arrow::Status as_status(Action action) {
    try {
      return action();
    } catch (const parquet::ParquetException& error) {
      return arrow::Status::IOError(message_of(error));
    }
  }

  std::unique_ptr<parquet::arrow::FileWriter> writer_;
};

arrow::Result<std::unique_ptr<TableBatchWriter>> write_parquet(const std::shared_ptr<arrow::io::OutputStream>& output,
                                                               const std::shared_ptr<arrow::Schema>& schema) {
  ARROW_ASSIGN_OR_RAISE(auto writer, parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), output));
  return std::make_unique<ParquetWriter>(std::move(writer));
}

}  // namespace

TableFormat parquet_format() {
  return {.name = "Parquet",
          .recognises = [](std::string_view start) { return start.starts_with("PAR1"); },
          .typed = true,
          .read = read_parquet,
          .written_extension = ".parquet",
          .write = write_parquet};
}

}  // namespace reszoo

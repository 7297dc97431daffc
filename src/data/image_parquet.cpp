#include "image_parquet.h"

#include <parquet/arrow/schema.h>

#include <algorithm>

#include "arrow_frame.h"
#include "file_kind.h"
#include "image_parts.h"
#include "reszoo/base/text.h"
#include "reszoo/data/decode.h"
#include "table_input.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

constexpr int64_t kRowsTogether = 64;  // rows that are in memory

bool is_bytes(const arrow::DataType& type) {
  return type.id() == arrow::Type::BINARY || type.id() == arrow::Type::LARGE_BINARY;
}

void add_column_leaves(const parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
  if (field.column_index >= 0) leaves.push_back(field.column_index);
  for (const auto& child : field.children) add_column_leaves(child, leaves);
}

/// Returns the columns whose type can hold images.
Names image_columns(const arrow::Schema& schema) {
  Names names;
  for (const auto& field : schema.fields())
    if (may_hold_images(*field->type())) names.push_back(field->name());
  return names;
}

/// Returns whether the first cell of a column that is not empty is an image.
bool begins_with_image(parquet::arrow::FileReader& reader, const std::string& column, const fs::path& path) {
  bool image = false;
  visit_batches(reader, {column}, path, [&](const arrow::RecordBatch& batch) {
    const ImageCells cells(batch.column(0));
    for (int64_t row = 0; row < batch.num_rows(); ++row)
      if (const auto bytes = cells.bytes(row); !bytes.empty())
        return image = why_no_image(bytes.substr(0, kKindBytes), "image.jpg").empty() && is_image(bytes), false;
    return true;
  });
  return image;
}

}  // namespace

std::unique_ptr<parquet::arrow::FileReader> open_image_parquet(const fs::path& path) {
  parquet::arrow::FileReaderBuilder builder;
  parquet::ReaderProperties properties;
  properties.enable_buffered_stream();  // a row group of images may be larger than the memory
  check(builder.Open(TableInput::of_file(path)->random_access(), properties), path.string());
  parquet::ArrowReaderProperties arrow_properties;
  arrow_properties.set_batch_size(kRowsTogether);
  arrow_properties.set_pre_buffer(false);
  builder.properties(arrow_properties);
  return value_of(builder.Build(), path.string());
}

bool may_hold_images(const arrow::DataType& type) {
  if (is_bytes(type)) return true;
  if (type.id() != arrow::Type::STRUCT) return false;
  const auto bytes = static_cast<const arrow::StructType&>(type).GetFieldByName("bytes");
  return bytes && is_bytes(*bytes->type());
}

void visit_batches(parquet::arrow::FileReader& reader, const Names& columns, const fs::path& path,
                   const std::function<bool(const arrow::RecordBatch& batch)>& visit) {
  std::vector<int> leaves, groups;
  for (const auto& field : reader.manifest().schema_fields)
    if (std::find(columns.begin(), columns.end(), field.field->name()) != columns.end())
      add_column_leaves(field, leaves);
  for (int group = 0; group < reader.num_row_groups(); ++group) groups.push_back(group);
  const std::unique_ptr<arrow::RecordBatchReader> batches =
      value_of(reader.GetRecordBatchReader(groups, leaves), path.string());
  while (const auto batch = value_of(batches->Next(), path.string()))
    if (!visit(*batch)) return;
}

std::string image_column_of(parquet::arrow::FileReader& reader, const std::string& named, const fs::path& path) {
  std::shared_ptr<arrow::Schema> schema;
  check(reader.GetSchema(&schema), path.string());
  const auto columns = image_columns(*schema);
  if (!named.empty()) {
    if (std::find(columns.begin(), columns.end(), named) == columns.end())
      fail(ErrorKind::usage, "path_column: {} has no column \"{}\" of encoded images{}", path.string(), named,
           columns.empty() ? "" : "; it has " + list(columns));
    return named;
  }
  for (const auto& column : columns)
    if (begins_with_image(reader, column, path)) return column;
  return "";
}

bool is_image_parquet(const fs::path& path) {
  try {
    if (!start_of(path, 4).starts_with("PAR1")) return false;
    return with_parquet_errors(path, [&] { return !image_column_of(*open_image_parquet(path), "", path).empty(); });
  } catch (const Error&) {
    return false;  // the reader of tables says what is wrong
  }
}

}  // namespace reszoo

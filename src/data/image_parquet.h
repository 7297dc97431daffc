/// Parquet files with a column of encoded images. Private.
#pragma once
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reszoo/base/error.h"

namespace reszoo {

/// Runs code that may throw Parquet's own exceptions.
template <typename Action>
auto with_parquet_errors(const std::filesystem::path& path, Action action) {
  try {
    return action();
  } catch (const parquet::ParquetException& error) {
    fail(ErrorKind::file, "{}: {}", path.string(), message_of(error));
  }
}

/// Opens a file to read a few rows at a time.
std::unique_ptr<parquet::arrow::FileReader> open_image_parquet(const std::filesystem::path& path);

/// Returns whether a column of this type may hold encoded images.
bool may_hold_images(const arrow::DataType& type);

/// Returns the column of images: the named one, else the first one that begins with an image; "" if there is none.
/// Throws: Error (usage) if the named column has no images.
std::string image_column_of(parquet::arrow::FileReader& reader, const std::string& named,
                            const std::filesystem::path& path);

/// Calls `visit` with each batch of the named columns; it returns whether to go on.
void visit_batches(parquet::arrow::FileReader& reader, const std::vector<std::string>& columns,
                   const std::filesystem::path& path,
                   const std::function<bool(const arrow::RecordBatch& batch)>& visit);

/// The encoded images of a column in one batch.
class ImageCells {
 public:
  explicit ImageCells(std::shared_ptr<arrow::Array> column) : column_(std::move(column)) {
    bytes_ = column_;
    if (column_->type_id() == arrow::Type::STRUCT) {
      const auto& cells = static_cast<const arrow::StructArray&>(*column_);
      bytes_ = cells.GetFieldByName("bytes");
      paths_ = cells.GetFieldByName("path");
    }
  }

  /// Returns the encoded image; empty if there is none.
  std::string_view bytes(int64_t row) const { return column_->IsNull(row) ? "" : view(*bytes_, row); }
  /// Returns the path that the image had; "" if it is not known.
  std::string path(int64_t row) const {
    const bool known = paths_ && !column_->IsNull(row) && (paths_->type_id() == arrow::Type::STRING);
    return known ? std::string(view(*paths_, row)) : "";
  }

 private:
  static std::string_view view(const arrow::Array& array, int64_t row) {
    if (array.IsNull(row)) return "";
    if (array.type_id() == arrow::Type::LARGE_BINARY)
      return static_cast<const arrow::LargeBinaryArray&>(array).GetView(row);
    return static_cast<const arrow::BinaryArray&>(array).GetView(row);  // strings too
  }

  std::shared_ptr<arrow::Array> column_, bytes_, paths_;
};

}  // namespace reszoo

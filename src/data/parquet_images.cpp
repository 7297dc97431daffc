// Parquet files with a column of encoded images, as Hugging Face's data sets have them: binary, or struct{bytes, path}.
#include <ATen/ATen.h>
#include <arrow/table.h>

#include <algorithm>

#include "arrow_frame.h"
#include "hf_features.h"
#include "image_parquet.h"
#include "image_parts.h"
#include "image_targets.h"
#include "image_tree.h"
#include "label_lists.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "spill_file.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;
using Frames = std::vector<Frame>;

/// Replaces class numbers by the names of the classes. -1, which such data sets write for an unknown class, is missing.
Column with_class_names(const Column& column, const Names& names) {
  Column named{.name = column.name, .kind = Column::Kind::text, .words = names};
  const auto numbers = column.numbers.nan_to_num(-1);
  if (const auto bad = (numbers >= static_cast<double>(names.size())).nonzero(); bad.size(0) > 0)
    fail(ErrorKind::input, "column \"{}\": class {} in row {}, but the file names {} classes", column.name,
         number_text(column.numbers[bad[0].item<int64_t>()].item<double>()), bad[0].item<int64_t>() + 1, names.size());
  named.codes = numbers.to(at::kLong).clamp_min(-1);
  return named;
}

/// The images and the columns of files, as they are read.
class ParquetImages {
 public:
  ParquetImages(const fs::path& root, const ImageReadOptions& options, bool with_targets)
      : root_(root), options_(options), with_targets_(with_targets) {}

  void read(const fs::path& path) {
    const auto reader = open_image_parquet(path);
    std::shared_ptr<arrow::Schema> schema;
    check(reader->GetSchema(&schema), path.string());
    const auto column = image_column_of(*reader, options_.path_column, path);
    if (column.empty()) fail(ErrorKind::input, "{}: has no column of encoded images", path.string());
    if (with_targets_ && targets_.empty()) choose_targets(*schema, column);
    auto columns = targets_;
    columns.push_back(column);
    std::vector<std::shared_ptr<arrow::RecordBatch>> rows;
    int64_t row = 0;
    visit_batches(*reader, columns, path, [&](const arrow::RecordBatch& batch) {
      add_images(ImageCells(batch.GetColumnByName(column)), batch.num_rows(), row, path);
      row += batch.num_rows();
      if (with_targets_) rows.push_back(value_of(batch.SelectColumns(places_of(batch)), path.string()));
      return true;
    });
    if (with_targets_) frames_.push_back(targets_in(rows, *schema, path));
  }

  /// Returns all images read; their bytes are in a temporary file.
  EncodedImages images() {
    EncodedImages images{.names = names_};
    const auto bytes = spill_.map();
    const auto begins = std::make_shared<std::vector<int64_t>>(begins_);
    begins->push_back(static_cast<int64_t>(bytes.size()));
    images.map = images.read = [bytes, begins](int64_t image) {
      const auto i = static_cast<size_t>(image);
      return bytes.part(static_cast<size_t>((*begins)[i]), static_cast<size_t>((*begins)[i + 1] - (*begins)[i]));
    };
    return images;
  }

  const Frames& targets() const { return frames_; }
  const Names& target_names() const { return targets_; }
  bool has_class_names() const { return has_class_names_; }

 private:
  void choose_targets(const arrow::Schema& schema, const std::string& image_column) {
    Names others;
    for (const auto& field : schema.fields())
      if (field->name() != image_column && !may_hold_images(*field->type())) others.push_back(field->name());
    targets_ = target_columns(others, options_);
    check_there(targets_, schema.field_names(), root_.string());
  }

  std::vector<int> places_of(const arrow::RecordBatch& batch) const {
    std::vector<int> places;
    for (const auto& name : targets_) places.push_back(batch.schema()->GetFieldIndex(name));
    return places;
  }

  void add_images(const ImageCells& cells, int64_t count, int64_t first, const fs::path& path) {
    for (int64_t i = 0; i < count; ++i) {
      const auto known = cells.path(i);
      names_.push_back((path / (known.empty() ? fmt::format("row {}", first + i + 1) : known)).string());
      begins_.push_back(spill_.append(cells.bytes(i)));
    }
  }

  Frame targets_in(const std::vector<std::shared_ptr<arrow::RecordBatch>>& rows, const arrow::Schema& schema,
                   const fs::path& path) {
    if (rows.empty()) fail(ErrorKind::input, "{}: has no rows", path.string());
    const auto names = class_names_in(schema);
    const auto table = value_of(arrow::Table::FromRecordBatches(rows), path.string());
    auto frame = frame_of(*with_list_cells(table, names, path.string()), path.string());
    for (auto& column : frame.columns)
      if (const auto found = names.find(column.name); found != names.end() && column.kind == Column::Kind::number) {
        column = with_class_names(column, found->second);
        has_class_names_ = true;
      }
    return frame;
  }

  fs::path root_;
  const ImageReadOptions& options_;
  bool with_targets_, has_class_names_ = false;
  Names targets_, names_;
  std::vector<int64_t> begins_;
  Frames frames_;
  SpillFile spill_;
};

/// Returns the rows that have all targets.
std::vector<int64_t> rows_with_targets(const Frame& targets) {
  auto known = at::ones({targets.rows()}, at::kBool);
  for (const auto& column : targets.columns) known = known.logical_and(column.missing().logical_not());
  const auto rows = known.nonzero().squeeze(1).contiguous();
  return {rows.const_data_ptr<int64_t>(), rows.const_data_ptr<int64_t>() + rows.numel()};
}

bool is_parquet_name(const fs::path& path) { return path.extension() == ".parquet"; }

std::vector<fs::path> image_parquet_files(const fs::path& path) {
  auto files = data_files(path, is_parquet_name);
  if (files.empty()) fail(ErrorKind::file, "{}: has no Parquet file", path.string());
  return files;
}

LeftOut left_out_beside(const fs::path& path) {
  return fs::is_directory(path) ? other_files_in(path, is_parquet_name) : LeftOut();
}

}  // namespace

FoundImages images_in_parquet(const fs::path& path) {
  const ImageReadOptions options;
  ParquetImages images(path, options, /*with_targets=*/false);
  for (const auto& file : image_parquet_files(path)) with_parquet_errors(file, [&] { images.read(file); });
  return {.images = images.images(), .left_out = left_out_beside(path)};
}

ImageParts read_parquet_parts(const fs::path& path, const ImageReadOptions& options) {
  std::map<DataPart, std::unique_ptr<ParquetImages>> parts;
  for (const auto& file : image_parquet_files(path)) {
    auto within = file.lexically_relative(path);
    if (within.empty() || within == ".") within = file.filename();
    auto& images = parts[part_in_path(within.string()).value_or(DataPart::train)];
    if (!images) images = std::make_unique<ParquetImages>(path, options, /*with_targets=*/true);
    with_parquet_errors(file, [&] { images->read(file); });
  }
  ImageParts result{.parts = {}, .left_out = left_out_beside(path)};
  // The parts are read together: they have the same labels.
  Frames frames;
  for (const auto& [part, images] : parts)
    frames.insert(frames.end(), images->targets().begin(), images->targets().end());
  const auto targets = targets_of(concat(frames), parts.begin()->second->target_names(), options, result.notes);
  int64_t first = 0;
  for (const auto& [part, read] : parts) {
    const auto images = read->images();
    const auto own = take_rows(targets, at::arange(first, first + images.size()));
    first += images.size();
    const auto known = rows_with_targets(own);
    result.left_out.add("image* without a label", path.string(), images.size() - std::ssize(known));
    if (known.empty()) continue;
    result.parts[part] = {.images = take_images(images, known),
                          .targets = take_rows(own, at::tensor(known)),
                          .classes = read->has_class_names()};
  }
  return result;
}

}  // namespace reszoo

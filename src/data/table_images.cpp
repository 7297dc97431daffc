// Tables of image files: a column of paths, one or several of targets, and perhaps one of parts.
#include <ATen/ATen.h>

#include <algorithm>

#include "column_names.h"
#include "file_kind.h"
#include "image_parts.h"
#include "image_targets.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

/// Returns the file that a cell names: the cell may lack the ending, as ids of images do.
fs::path file_of_cell(const fs::path& base, const std::string& cell) {
  const auto path = base / cell;  // an absolute path stays unchanged
  std::error_code error;
  if (fs::exists(path, error)) return path;
  if (cell.find('\\') != std::string::npos) {  // written on Windows
    auto slashed = cell;
    std::replace(slashed.begin(), slashed.end(), '\\', '/');
    return file_of_cell(base, slashed);
  }
  for (const auto* ending :
       {".jpg", ".png", ".jpeg", ".JPG", ".JPEG", ".PNG", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
    if (auto with_ending = path; fs::exists(with_ending += ending, error)) return with_ending;
  return path;
}

/// Returns how many of some cells of a column name files.
int64_t files_named(const Column& column, const fs::path& base) {
  constexpr size_t tried = 20;
  int64_t found = 0;
  for (size_t i = 0; i < std::min(tried, column.words.size()); ++i) {
    std::error_code error;
    found += fs::is_regular_file(
        file_of_cell(base, column.words[i * column.words.size() / std::min(tried, column.words.size())]), error);
  }
  return found;
}

/// Returns the column of paths: the named one, the usual one, or one whose cells name files.
std::string path_column_of(const Frame& table, const ImageReadOptions& options, const fs::path& base) {
  if (!options.path_column.empty()) return options.path_column;
  const Names usual{"path",     "file",    "filename", "image",      "file_path",  "filepath", "image_path",
                    "img_path", "imgpath", "img",      "image_file", "image_name", "image_id"};
  if (const auto found = usual_column(table.names(), usual)) return *found;
  std::pair<int64_t, std::string> best;
  for (const auto& column : table.columns)
    if (column.kind == Column::Kind::text) best = std::max(best, {files_named(column, base), column.name});
  if (best.first > 0) return best.second;
  fail(ErrorKind::usage,
       "path_column: image networks take a table of image files and classes; name its column, as none is called {} and "
       "none names files in {}; columns are {}",
       list({usual.begin(), usual.begin() + 4}), base.string(), list(table.names()));
}

fs::path base_of(const fs::path& path, const ImageReadOptions& options) {
  return options.image_root.empty() ? path.parent_path() : options.image_root;
}

/// A table whose column of paths is text.
struct PathTable {
  Frame table;
  std::string path_column;
};

PathTable read_path_table(const fs::path& path, const ImageReadOptions& options) {
  PathTable read{.table = read_table(path, options.table), .path_column = ""};
  read.path_column = path_column_of(read.table, options, base_of(path, options));
  if (read.table.at(read.path_column).kind == Column::Kind::text) return read;
  auto as_words = options.table;  // ids such as 0017
  as_words.text.push_back(read.path_column);
  read.table = read_table(path, as_words);
  return read;
}

/// The rows whose files are there.
struct FileRows {
  std::vector<int64_t> rows;
  std::vector<fs::path> files;
};

FileRows rows_with_files(const PathTable& read, const fs::path& base, OnBadImage on_bad, LeftOut& left) {
  FileRows there;
  const auto column = as_text(read.table.at(read.path_column));
  const auto codes = column.codes.contiguous();
  std::vector<fs::path> files;
  for (const auto& word : column.words) files.push_back(file_of_cell(base, word));
  std::vector<bool> exists;
  for (const auto& file : files) {
    std::error_code error;
    exists.push_back(fs::exists(file, error));
  }
  int64_t missing = 0, first = -1;
  for (int64_t row = 0; row < column.size(); ++row) {
    const auto code = codes.const_data_ptr<int64_t>()[row];
    if (code >= 0 && exists[static_cast<size_t>(code)]) {
      there.rows.push_back(row);
      there.files.push_back(files[static_cast<size_t>(code)]);
      continue;
    }
    if (missing++ == 0) first = row;
    left.add(code < 0 ? "row* without a file name" : "missing file*",
             code < 0 ? fmt::format("row {}", row + 1) : column.words[static_cast<size_t>(code)]);
  }
  if (missing == 0 || (on_bad == OnBadImage::skip && !there.rows.empty())) return there;
  const auto code = codes.const_data_ptr<int64_t>()[first];
  fail(ErrorKind::file,
       "{} of {} files are missing: row {}, {}; they are looked for in {}, image_root=FOLDER names another folder{}",
       missing, column.size(), first + 1,
       code < 0 ? "which has no file name" : files[static_cast<size_t>(code)].filename().string(),
       base.empty() ? "this folder" : base.string(), there.rows.empty() ? "" : ", on_bad=skip leaves such rows out");
}

/// Returns the part of each row if the table has a column of parts, such as `split` with train, val and test.
std::optional<Column> part_column(const Frame& table, const Names& taken) {
  const auto found = usual_column(table.names(), {"split", "subset", "partition", "set", "phase", "usage"});
  if (!found || std::find(taken.begin(), taken.end(), *found) != taken.end()) return std::nullopt;
  const auto& column = table.at(*found);
  const bool names_parts = column.kind == Column::Kind::text && !column.words.empty() &&
                           !column.missing().any().item<bool>() &&
                           std::all_of(column.words.begin(), column.words.end(),
                                       [](const std::string& word) { return part_in_name(word).has_value(); });
  return names_parts ? std::optional(column) : std::nullopt;
}

}  // namespace

ImageParts read_table_parts(const fs::path& path, const ImageReadOptions& options) {
  ImageParts result;
  const auto read = read_path_table(path, options);
  const auto columns = target_columns(read.table.names(), options);
  const auto there = rows_with_files(read, base_of(path, options), options.on_bad, result.left_out);
  const auto table = take_rows(read.table, at::tensor(there.rows));
  const auto targets = targets_of(table, columns, options, result.notes);
  auto taken = columns;
  taken.push_back(read.path_column);
  const auto of_part = part_column(table, taken);
  std::map<DataPart, std::vector<int64_t>> rows;
  for (int64_t row = 0; row < table.rows(); ++row) {
    const auto code = of_part ? of_part->codes[row].item<int64_t>() : 0;
    rows[of_part ? part_in_name(of_part->words[static_cast<size_t>(code)])->part : DataPart::train].push_back(row);
  }
  const auto images = images_in_files(there.files);
  for (const auto& [part, numbers] : rows)
    result.parts[part] = {.images = take_images(images, numbers),
                          .targets = take_rows(targets, at::tensor(numbers)),
                          .classes = false,
                          .from = of_part ? of_part->name : ""};
  return result;
}

FoundImages images_in_table(const fs::path& path, const ImageReadOptions& options) {
  FoundImages found;
  const auto read = read_path_table(path, options);
  found.images = images_in_files(rows_with_files(read, base_of(path, options), options.on_bad, found.left_out).files);
  return found;
}

}  // namespace reszoo

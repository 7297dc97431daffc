#include "reszoo/data/detect.h"

#include <optional>

#include "file_kind.h"
#include "image_parts.h"
#include "image_tree.h"
#include "path_pattern.h"
#include "remote_store.h"
#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/base/remote_path.h"
#include "reszoo/data/cifar.h"
#include "reszoo/data/decode.h"
#include "reszoo/data/idx.h"
#include "table_folder.h"
#include "table_formats.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

constexpr Named<DataKind> kDataKinds[] = {{"table", DataKind::table},
                                          {"IDX folder", DataKind::idx_folder},
                                          {"CIFAR folder", DataKind::cifar_folder},
                                          {"image file", DataKind::image_file},
                                          {"image folder", DataKind::image_folder},
                                          {"tar archive of images", DataKind::image_archive},
                                          {"Parquet file of images", DataKind::image_parquet},
                                          {"unknown", DataKind::unknown}};

DataKind detect_file(const fs::path& path) {
  if (fs::is_regular_file(path) || is_url(path)) {  // a pipe can be read only once
    if (is_image(start_of(path))) return DataKind::image_file;
    if (!is_url(path) && is_idx_folder(path)) return DataKind::idx_folder;
    if (is_archive(path)) return DataKind::image_archive;
    if (is_image_parquet(path)) return DataKind::image_parquet;
  }
  return is_table_file(path) ? DataKind::table : DataKind::unknown;
}

bool is_parquet_file(const fs::path& path) { return path.extension() == ".parquet"; }

/// Returns the first Parquet file of a folder and of folders up to `depth` below. Of a large folder only some entries
/// are looked at.
std::optional<fs::path> first_parquet(const fs::path& folder, int depth) {
  constexpr int most_entries = 5000;
  std::optional<fs::path> first;
  int seen = 0;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied), end;
       entry != end && seen < most_entries; ++entry, ++seen) {
    if (entry.depth() >= depth) entry.disable_recursion_pending();
    if (entry->is_regular_file() && is_parquet_file(entry->path()) && (!first || entry->path() < *first))
      first = entry->path();
  }
  return first;
}

/// Returns the kind of a folder whose files are below it: Parquet files, images or archives. A repository with Parquet
/// files of images may have other images too.
DataKind detect_below(const fs::path& folder) {
  if (const auto parquet = first_parquet(folder, 2); parquet && is_image_parquet(*parquet))
    return DataKind::image_parquet;
  if (has_images(folder)) return DataKind::image_folder;
  return data_files(folder, is_archive).empty() ? DataKind::unknown : DataKind::image_archive;
}

}  // namespace

std::string text_of(DataKind kind) { return name_of(kDataKinds, kind); }

DataKind detect_data(const fs::path& path) try {
  if (is_path_pattern(path)) return detect_file(data_files(path, nullptr).front());
  if (is_store_url(path) && is_remote_folder(plain_url(path))) return DataKind::table;
  if (is_url(path)) return detect_file(plain_url(path));
  if (!fs::exists(path)) fail(ErrorKind::file, "{}: no such file or folder", path.string());
  if (!fs::is_directory(path)) return detect_file(path);
  if (is_idx_folder(path)) return DataKind::idx_folder;
  if (const auto parquet = first_parquet(path, 0))
    return is_image_parquet(*parquet) ? DataKind::image_parquet : DataKind::table;
  if (is_cifar_folder(path)) return DataKind::cifar_folder;
  if (const auto kind = detect_below(path); kind != DataKind::unknown) return kind;
  return is_table_folder(path) ? DataKind::table : DataKind::unknown;
} catch (const fs::filesystem_error& error) {
  fail(ErrorKind::file, "{}: {}", error.path1().string(), error.code().message());
}

std::string describe_unknown(const fs::path& path) {
  if (!fs::is_directory(path)) {
    const auto kind = why_no_image(start_of(path), path);
    return "one " + kind.substr(0, kind.find('*'));
  }
  const auto files = files_in(path);
  return files.left_out.empty() ? "an empty folder" : "a folder with " + files.left_out.text();
}

}  // namespace reszoo

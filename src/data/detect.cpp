#include "reszoo/data/detect.h"

#include <fstream>

#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/data/cifar.h"
#include "reszoo/data/decode.h"
#include "reszoo/data/idx.h"
#include "table_formats.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

constexpr Named<DataKind> kDataKinds[] = {{"table", DataKind::table},
                                          {"IDX folder", DataKind::idx_folder},
                                          {"CIFAR folder", DataKind::cifar_folder},
                                          {"image file", DataKind::image_file},
                                          {"image folder", DataKind::image_folder},
                                          {"unknown", DataKind::unknown}};

/// Returns the first bytes of a file, or all bytes of a shorter file.
std::string start_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) fail(ErrorKind::file, "{}: cannot be opened", path.string());
  std::string start(8, '\0');
  stream.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<size_t>(stream.gcount()));
  return start;
}

DataKind detect_file(const fs::path& path) {
  if (is_image(start_of(path))) return DataKind::image_file;
  return is_table_file(path) ? DataKind::table : DataKind::unknown;
}

bool has_parquet(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == ".parquet") return true;
  return false;
}

bool has_class_folder(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_directory()) continue;
    for (const auto& file : fs::directory_iterator(entry.path()))
      if (file.is_regular_file() && is_image(start_of(file.path()))) return true;
  }
  return false;
}

}  // namespace

std::string text_of(DataKind kind) { return name_of(kDataKinds, kind); }

bool is_split_folder(const fs::path& folder) {
  return !has_class_folder(folder) && fs::is_directory(folder / "train") && has_class_folder(folder / "train");
}

DataKind detect_data(const fs::path& path) try {
  if (!fs::exists(path)) fail(ErrorKind::file, "{}: no such file or folder", path.string());
  if (!fs::is_directory(path)) return detect_file(path);
  if (is_idx_folder(path)) return DataKind::idx_folder;
  if (has_parquet(path)) return DataKind::table;
  if (is_cifar_folder(path)) return DataKind::cifar_folder;
  return has_class_folder(path) || is_split_folder(path) ? DataKind::image_folder : DataKind::unknown;
} catch (const fs::filesystem_error& error) {
  fail(ErrorKind::file, "{}: {}", error.path1().string(), error.code().message());
}

}  // namespace reszoo

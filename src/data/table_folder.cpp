#include "table_folder.h"

#include <torch/types.h>

#include <algorithm>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

std::string text_of_kind(const Column& column) {
  return column.kind == Column::Kind::text ? "text" : column.date ? "a date" : "a number";
}

}  // namespace

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

#include "table_folder.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "remote_store.h"
#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "table_formats.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepestFolder = 32;

/// How surely a file of a folder is one of its tables.
enum class Certainty { table, perhaps_json, perhaps_text, none };

struct FolderFile {
  fs::path path;
  Certainty certainty = Certainty::none;
  std::string format = {};
  int64_t size = 0;  ///< bytes
};

/// Returns whether nobody means a file or folder of this name as data. Folders of Hive may begin with `_`.
bool is_side_file(const std::string& name) {
  return name.starts_with('.') || (name.starts_with('_') && name.find('=') == std::string::npos) ||
         name.ends_with(".crc");
}

[[noreturn]] void refuse_delta(const fs::path& folder) {
  fail(ErrorKind::file, "{}: is a Delta Lake table, whose log says which files count; write it as Parquet",
       folder.string());
}

FolderFile folder_file(const fs::path& path, int64_t size) {
  const auto extension = extension_before_compression(path);
  if (const auto* format = format_of_content(path)) {
    const bool lines = extension != ".json" || format->typed;
    return {path, lines ? Certainty::table : Certainty::perhaps_json, std::string(format->name), size};
  }
  if (is_csv_name(path)) return {path, Certainty::table, "CSV", size};
  const bool may_be_text = extension.empty() || extension == ".txt" || extension == ".data" || extension == ".dat";
  return {path, may_be_text && (size == 0 || is_table_file(path)) ? Certainty::perhaps_text : Certainty::none, "CSV",
          size};
}

/// The same for a folder of a store, which has no folders but names with slashes.
void add_remote_files(const fs::path& folder, std::vector<FolderFile>& files) {
  for (const auto& [url, size] : remote_files_in(folder)) {
    const auto names = url.lexically_relative(folder);
    if (std::find(names.begin(), names.end(), "_delta_log") != names.end()) refuse_delta(folder);
    if (std::none_of(names.begin(), names.end(), [](const auto& name) { return is_side_file(name.string()); }))
      files.push_back(folder_file(url, size));
  }
}

void add_files(const fs::path& folder, int depth, std::vector<FolderFile>& files) {
  if (depth > kDeepestFolder) return;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (name == "_delta_log") refuse_delta(folder);
    if (is_side_file(name)) continue;
    if (entry.is_directory()) add_files(entry.path(), depth + 1, files);
    else if (entry.is_regular_file())
      files.push_back(folder_file(entry.path(), static_cast<int64_t>(entry.file_size())));
    else files.push_back({entry.path()});  // such as a link that leads nowhere
  }
}

std::vector<FolderFile> all_files(const fs::path& folder) try {
  std::vector<FolderFile> files;
  is_store_url(folder) ? add_remote_files(folder, files) : add_files(folder, 0, files);
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
} catch (const fs::filesystem_error& error) {
  fail(ErrorKind::file, "{}: {}", error.path1().string(), error.code().message());
}

Certainty best_certainty(const std::vector<FolderFile>& files) {
  auto best = Certainty::none;
  for (const auto& file : files) best = std::min(best, file.certainty);
  return best;
}

/// Returns which part of the data a file or folder is by its name: "train", "test" or "".
std::string part_of_name(const fs::path& name) {
  auto word = name.string();
  word.resize(std::min(word.find_first_of("-_."), word.size()));
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
  if (word == "train" || word == "training") return "train";
  for (const auto* test : {"test", "testing", "val", "valid", "validation", "dev"})
    if (word == test) return "test";
  return "";
}

void refuse_several_parts(const fs::path& folder, const std::vector<FolderFile>& tables) {
  std::map<std::string, fs::path> seen;
  for (const auto& file : tables) {
    auto path = folder;
    for (const auto& name : file.path.lexically_relative(folder)) {
      path /= name;
      seen.emplace(part_of_name(name), path);
    }
  }
  if (seen.contains("train") && seen.contains("test"))
    fail(ErrorKind::usage, "{}: has parts for training and testing; give each by itself: {} and {}", folder.string(),
         seen["train"].string(), seen["test"].string());
}

void refuse_several_formats(const fs::path& folder, const std::vector<FolderFile>& tables) {
  std::map<std::string, fs::path> formats;
  for (const auto& file : tables) formats.emplace(file.format, file.path);
  if (formats.size() < 2) return;
  std::vector<std::string> examples;
  for (const auto& [format, path] : formats) examples.push_back(fmt::format("{} ({})", format, path.string()));
  fail(ErrorKind::usage, "{}: has tables of several formats: {}; name the files, as in {}", folder.string(),
       list(examples), (folder / ("*" + formats.begin()->second.extension().string())).string());
}

/// Says which files are left out, by extension.
void note_others(const fs::path& folder, const std::vector<FolderFile>& files, Certainty taken,
                 const TableReadOptions& options) {
  std::map<std::string, int64_t> counts;
  for (const auto& file : files)
    if (file.certainty != taken) ++counts[file.path.has_extension() ? file.path.extension().string() : "no extension"];
  if (counts.empty() || !options.on_note) return;
  std::vector<std::string> parts;
  int64_t all = 0;
  for (const auto& [extension, count] : counts) {
    parts.push_back(fmt::format("{} ({})", extension, count));
    all += count;
  }
  options.on_note(
      fmt::format("{}: {} other {} left out: {}", folder.string(), all, all == 1 ? "file" : "files", list(parts)));
}

/// Returns a name or value of a folder's name with %20 and the like replaced by their letters.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    int code = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    const bool escape = text[i] == '%' && digits.size() == 2 && end == digits.data() + 2 && error == std::errc();
    plain += escape ? static_cast<char>(code) : text[i];
    i += escape ? 2 : 0;
  }
  return plain;
}

}  // namespace

std::map<std::string, std::string> columns_of_path(const fs::path& path) {
  std::map<std::string, std::string> columns;
  for (const auto& part : path.parent_path()) {
    const auto name = part.string();
    const auto sign = name.find('=');
    if (sign != std::string::npos && sign > 0)
      columns[unescaped(name.substr(0, sign))] = unescaped(name.substr(sign + 1));
  }
  return columns;
}

std::vector<TableFile> files_of_folder(const fs::path& folder, const TableReadOptions& options) {
  const auto files = all_files(folder);
  const auto best = best_certainty(files);
  if (best == Certainty::none)
    fail(ErrorKind::file, "{}: is a folder without tables: Parquet, Arrow, CSV or JSON Lines", folder.string());
  std::vector<FolderFile> tables;
  std::copy_if(files.begin(), files.end(), std::back_inserter(tables),
               [&](const auto& file) { return file.certainty == best; });
  refuse_several_formats(folder, tables);
  refuse_several_parts(folder, tables);
  note_others(folder, files, best, options);
  std::vector<TableFile> found;
  for (const auto& file : tables) found.push_back({file.path, columns_of_path(file.path.lexically_relative(folder))});
  return found;
}

bool is_table_folder(const fs::path& folder) {
  const auto files = all_files(folder);
  const auto best = best_certainty(files);
  const auto is_text = [](const auto& file) { return file.certainty == Certainty::perhaps_text; };
  const bool all_text = std::all_of(files.begin(), files.end(), is_text) &&
                        std::any_of(files.begin(), files.end(), [](const auto& file) { return file.size > 0; });
  return best < Certainty::perhaps_text || (best == Certainty::perhaps_text && all_text);
}

}  // namespace reszoo

#include "table_files.h"

#include <algorithm>

#include "arrow_frame.h"
#include "folder_columns.h"
#include "joined_parts.h"
#include "remote_store.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "same_columns.h"
#include "table_folder.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

/// Returns the files of a table, with the columns that its folders give.
std::vector<TableFile> files_of(const TablePaths& paths, const TableSelection& selection) {
  std::vector<TableFile> files;
  const auto wanted = selection.columns_of_file();
  for (const auto& path : paths.expanded()) {
    const bool folder = is_store_url(path) ? is_remote_folder(path) : fs::is_directory(path);
    auto found = folder ? files_of_folder(path, selection.options) : std::vector<TableFile>{{path}};
    // The folders that a path names itself are not part of the table, unless a column is asked for.
    for (auto& file : found)
      for (auto& [name, value] : columns_of_path(file.path))
        if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) file.folders.try_emplace(name, value);
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

bool is_empty_file(const fs::path& path) {
  if (is_store_url(path)) return value_of(open_remote(path)->GetSize(), path.string()) == 0;
  return fs::is_regular_file(path) && fs::file_size(path) == 0;
}

/// Reads files one after the other.
class FileSequence {
 public:
  FileSequence(const TablePaths& paths, TableSelection selection)
      : selection_(std::move(selection)), files_(files_of(paths, selection_)), folders_(files_) {
    open();
  }

  std::optional<TablePart> next() {
    for (; place_ < files_.size(); ++place_) {
      auto part = next_of_file(files_[place_]);
      if (part) return part;
      next_ = {};
      if (!any_rows_) empty_files_.push_back(files_[place_].path.string());
      any_rows_ = false;
    }
    note_empty_files();
    return std::nullopt;
  }

 private:
  /// Opens the file at `place_`, unless it is open or one of several that are empty.
  void open() {
    if (next_.next || place_ == files_.size()) return;
    const auto& path = files_[place_].path;
    if (files_.size() > 1 && is_empty_file(path)) return;
    next_ = open_table(TableInput::of_file(path), folders_.without(selection_, files_[place_]));
  }

  std::optional<TablePart> next_of_file(const TableFile& file) {
    open();
    auto part = next_.next ? next_.next() : std::nullopt;
    if (!part || (part->read->num_rows() == 0 && files_.size() > 1)) return std::nullopt;
    any_rows_ = true;
    part = folders_.with(std::move(*part), selection_, file);
    if (!first_) first_ = part;
    part->typed = next_.format->typed;
    check_same_columns(*part->read, part->source, *first_->read, first_->source, part->typed);
    return part;
  }

  void note_empty_files() {
    if (files_.size() > 1 && !empty_files_.empty() && selection_.options.on_note)
      selection_.options.on_note(fmt::format("{} of {} files {} no rows: {}", empty_files_.size(), files_.size(),
                                             empty_files_.size() == 1 ? "has" : "have", list(empty_files_, 3)));
    empty_files_.clear();
  }

  TableSelection selection_;
  std::vector<TableFile> files_;
  FolderColumns folders_;
  size_t place_ = 0;
  std::vector<std::string> empty_files_;
  bool any_rows_ = false;  ///< whether the file at `place_` has rows
  OpenTable next_;
  std::optional<TablePart> first_;
};

/// Returns whether the files can be read again. A pipe cannot.
bool are_files(const TablePaths& paths) {
  const auto paths_of_files = paths.expanded();
  return std::all_of(paths_of_files.begin(), paths_of_files.end(),
                     [](const auto& path) { return fs::is_regular_file(path) || fs::is_directory(path); });
}

/// Reads all parts.
JoinedParts all_parts(const TablePaths& paths, const TableReadOptions& options, const std::vector<std::string>& as_text,
                      std::vector<RowSource>& sources) {
  JoinedParts joined(as_text);
  bool typed = false;
  for (auto next = read_files(paths, {.options = options, .joined = true}); const auto part = next();) {
    if (part->first_row == 1) {
      if (!sources.empty()) joined.end_file(!typed);
      sources.push_back({part->source, 0});
    }
    typed = part->typed;
    sources.back().rows += part->read->num_rows();
    joined.add(*part->read, part->source);
  }
  joined.end_file(!typed);
  return joined;
}

}  // namespace

std::optional<Frame> read_joined_files(const TablePaths& paths, const TableReadOptions& options) {
  if (!are_files(paths)) return std::nullopt;
  std::vector<RowSource> sources;
  auto joined = all_parts(paths, options, {}, sources);
  if (joined.rows() == 0) return std::nullopt;
  auto frame = joined.finish();
  if (const auto mixed = joined.mixed(); !mixed.empty()) {
    auto as_text = options;
    as_text.on_note = {};
    as_text.ignore.clear();
    as_text.columns = mixed;
    as_text.text.insert(as_text.text.end(), mixed.begin(), mixed.end());
    std::vector<RowSource> again;
    auto texts = all_parts(paths, as_text, mixed, again).finish();
    if (texts.columns.size() != mixed.size())
      fail(ErrorKind::input, "{}: column \"{}\": is a date in one file and none in another", paths.text(), mixed[0]);
    for (size_t i = 0; i < mixed.size(); ++i) {
      const auto place = joined.place_of(mixed[i]);
      frame.columns.insert(frame.columns.begin() + place, std::move(texts.columns.at(i)));
    }
  }
  if (sources.size() > 1) frame.sources = std::move(sources);
  return frame;
}

TableParts read_files(const TablePaths& paths, const TableSelection& selection) {
  return [files = std::make_shared<FileSequence>(paths, selection)] { return files->next(); };
}

std::optional<TablePart> read_whole_files(const TablePaths& paths, const TableReadOptions& options) {
  std::vector<RowSource> sources;
  const auto read = [&](const TableReadOptions& how) {
    std::vector<std::shared_ptr<arrow::Table>> tables;
    sources.clear();
    for (auto next = read_files(paths, {.options = how, .whole = true}); const auto part = next();) {
      tables.push_back(part->read);
      sources.push_back({part->source, part->read->num_rows()});
    }
    return tables;
  };
  auto tables = read(options);
  if (tables.empty()) return std::nullopt;
  if (const auto mixed = columns_of_mixed_kinds(tables); !mixed.empty()) {
    auto as_text = options;
    as_text.on_note = {};
    as_text.text.insert(as_text.text.end(), mixed.begin(), mixed.end());
    tables = read(as_text);
  }
  if (sources.size() == 1) sources.clear();
  return TablePart{.read = joined_rows(tables, paths.text()), .source = paths.text(), .sources = sources};
}

}  // namespace reszoo

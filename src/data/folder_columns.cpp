#include "folder_columns.h"

#include <arrow/array/util.h>
#include <arrow/scalar.h>

#include <algorithm>

#include "arrow_frame.h"
#include "reszoo/base/error.h"
#include "reszoo/base/number.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

constexpr std::string_view kMissingFolder = "__HIVE_DEFAULT_PARTITION__";

bool is_listed_name(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Returns whether the text is an integer that reads back as it is spelt.
bool is_plain_integer(const std::string& text) {
  const auto number = number_in_text<int64_t>(text);
  return number && std::to_string(*number) == text && text.size() <= 15;
}

}  // namespace

FolderColumns::FolderColumns(const std::vector<TableFile>& files) {
  for (const auto& file : files)
    for (const auto& [name, value] : file.folders) {
      if (!is_utf8(name) || !is_utf8(value))
        fail(ErrorKind::file, "{}: the name of its folder is not UTF-8; rename it", escaped(file.path.string(), 300));
      auto& integer = is_integer_.try_emplace(name, true).first->second;
      integer = integer && (value == kMissingFolder || is_plain_integer(value));
    }
}

TableSelection FolderColumns::without(const TableSelection& selection, const TableFile& file) const {
  auto rest = selection;
  const auto erase = [&](std::vector<std::string>& names) {
    std::erase_if(names, [&](const auto& name) { return file.folders.contains(name); });
  };
  const bool all = rest.options.columns.empty();
  erase(rest.keep);
  erase(rest.options.ignore);
  erase(rest.options.columns);
  if (!all && rest.options.columns.empty()) rest.options.ignore.clear();  // the file's columns are only counted
  return rest;
}

TablePart FolderColumns::with(TablePart part, const TableSelection& selection, const TableFile& file) const {
  if (file.folders.empty()) return part;
  const auto& options = selection.options;
  auto wanted = options.columns;
  if (wanted.empty()) {
    wanted = part.read->ColumnNames();
    for (const auto& [name, value] : file.folders)
      if (!is_listed_name(wanted, name) && !is_listed_name(options.ignore, name)) wanted.push_back(name);
  }
  const auto kept = part.kept ? part.kept : part.read;
  if (!selection.keep.empty()) part.kept = add(kept, selection.keep, file, selection.keep);
  part.read = add(part.read, wanted, file, options.text);
  return part;
}

std::shared_ptr<arrow::Table> FolderColumns::add(const std::shared_ptr<arrow::Table>& table,
                                                 const std::vector<std::string>& wanted, const TableFile& file,
                                                 const std::vector<std::string>& as_text) const {
  arrow::FieldVector fields;
  arrow::ChunkedArrayVector columns;
  for (const auto& name : wanted) {
    auto column = table->GetColumnByName(name);
    if (!column) {
      const auto& value = file.folders.at(name);
      const bool integer = is_integer_.at(name) && !is_listed_name(as_text, name);
      const auto type = integer ? arrow::int64() : arrow::utf8();
      const auto scalar = value == kMissingFolder ? arrow::MakeNullScalar(type)
                                                  : value_of(arrow::Scalar::Parse(type, value), file.path.string());
      column = std::make_shared<arrow::ChunkedArray>(
          value_of(arrow::MakeArrayFromScalar(*scalar, table->num_rows()), file.path.string()));
    }
    fields.push_back(arrow::field(name, column->type()));
    columns.push_back(column);
  }
  return arrow::Table::Make(arrow::schema(fields), columns, table->num_rows());
}

}  // namespace reszoo

/// The columns that folders give to the files in them: `year=2024/part.parquet`. Private.
#pragma once
#include <arrow/table.h>

#include "table_folder.h"
#include "table_formats.h"

namespace reszoo {

/// The columns that the folders of some files give.
class FolderColumns {
 public:
  /// A column is one of integers if all its values are, without leading zeros; otherwise it is text.
  explicit FolderColumns(const std::vector<TableFile>& files);

  /// Returns the selection without the columns that the folders of this file give.
  TableSelection without(const TableSelection& selection, const TableFile& file) const;

  /// Returns the part with the columns that the folders of this file give and the selection asks for.
  TablePart with(TablePart part, const TableSelection& selection, const TableFile& file) const;

 private:
  std::shared_ptr<arrow::Table> add(const std::shared_ptr<arrow::Table>& table, const std::vector<std::string>& wanted,
                                    const TableFile& file, const std::vector<std::string>& as_text) const;

  std::map<std::string, bool> is_integer_;
};

}  // namespace reszoo

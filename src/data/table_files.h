/// Reads files and folders as one table. Private.
#pragma once
#include "reszoo/data/table_paths.h"
#include "table_formats.h"

namespace reszoo {

/// Opens the files of a table, which are read one after the other. Each must have the columns of the first one that has
/// rows. Files without rows are left out; `on_note` gets a line about them if there are several files.
/// Throws: Error, also from the function that it returns, which names the file.
TableParts read_files(const TablePaths& paths, const TableSelection& selection);

/// Returns all rows of all files as one table, whose values are in temporary files if they are many. A column that is
/// text in one part is text in all, in the spelling of the file. Returns nothing if there are no rows, or if the files
/// cannot be read twice.
/// Throws: as `read_files` does.
std::optional<Frame> read_joined_files(const TablePaths& paths, const TableReadOptions& options);

/// Returns all rows of all files as one part. A column that is text in one file is text in all, in the spelling of the
/// file; where the files themselves say what a column holds, it must be the same. Returns nothing if there are no rows.
std::optional<TablePart> read_whole_files(const TablePaths& paths, const TableReadOptions& options);

}  // namespace reszoo

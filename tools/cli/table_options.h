/// Command-line options for reading tables.
#pragma once
#include <CLI/CLI.hpp>

#include "app.h"
#include "reszoo/data/table.h"

namespace reszoo::cli {

/// Adds --delimiter, --decimal, --thousands, --date-format, --missing, --quote, --encoding, --skip-rows and --header /
/// --no-header. What a reader takes for granted or leaves out is said by `notes`.
void add_table_options(CLI::App& app, TableReadOptions& options, Notes& notes);

}  // namespace reszoo::cli

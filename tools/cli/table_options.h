/// Command-line options for reading tables.
#pragma once
#include <CLI/CLI.hpp>

#include "reszoo/data/table.h"

namespace reszoo::cli {

/// Adds --delimiter, --decimal, --quote and --header / --no-header.
void add_table_options(CLI::App& app, TableReadOptions& options);

}  // namespace reszoo::cli

/// Command-line options for reading tables.
#pragma once
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "reszoo/data/table.h"
#include "reszoo/preprocess/unseen.h"

namespace reszoo::cli {

/// Adds --delimiter, --decimal, --thousands, --date-format, --missing, --quote, --encoding, --skip-rows and --header /
/// --no-header. What a reader takes for granted or leaves out is printed on stderr, each line once.
void add_table_options(CLI::App& app, TableReadOptions& options);

/// Says on stderr what training did not see, and adds it to the tool's result as `unseen`.
void tell_unseen(const UnseenCounts& unseen, nlohmann::ordered_json& result);

}  // namespace reszoo::cli

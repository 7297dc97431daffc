/// Command-line options for the data: where it is and how it is read and split.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "app.h"
#include "reszoo/recipes/table_data.h"

namespace reszoo::cli {

/// Where the data is and how it is read.
struct DataOptions {
  std::vector<std::string> paths;  ///< where the data is
  std::string data;                ///< `paths` in a message
  std::string validation, test;    ///< a path or a fraction of the data; "" is none
  std::string task, scaling = "quantile";
  bool no_stratify = false;
  TableDataOptions table = {};  ///< options that are parsed directly into its fields
};

void add_data_options(CLI::App& app, DataOptions& options, Notes& notes);

/// Converts to the library's options. Throws: Error (usage) for an invalid value.
TableDataOptions table_data_options(const DataOptions& options, uint64_t seed);

}  // namespace reszoo::cli

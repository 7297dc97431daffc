/// Where the data comes from and what is made of it, as the command line says it.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "reszoo/recipes/table_data.h"

namespace reszoo::cli {

/// Where the data is and how it is read.
struct DataOptions {
  std::string data, validation, test;  ///< a path, or a fraction of `data` ("" is none)
  std::string task, scaling = "quantile";
  bool no_stratify = false;
  TableDataOptions table = {};  ///< what is read into its fields at once
};

void add_data_options(CLI::App& app, DataOptions& options);

/// As the library takes them. Throws: Error (usage) for a value that does not fit.
TableDataOptions table_data_options(const DataOptions& options, uint64_t seed);

}  // namespace reszoo::cli

/// Describes a fitted preprocessing for users.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "reszoo/preprocess/table_preprocess.h"

namespace reszoo {

/// Describes each input column (kind, share of missing values, fitted quantiles or words), the scaling, and the columns
/// that were left out. Dates are formatted as text.
nlohmann::ordered_json describe(const TablePreprocess& table);

/// Returns the same as text: a table of the columns, and one line for each column that was left out.
std::string describe_text(const TablePreprocess& table);

}  // namespace reszoo

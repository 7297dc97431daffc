/// Describes a fitted preprocessing to people.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "reszoo/preprocess/table_preprocess.h"

namespace reszoo {

/// Describes each column that is read (kind, share of missing values, fitted quantiles or words), the scaling, and the
/// columns that were left out. Dates are written as text.
nlohmann::ordered_json describe(const TablePreprocess& table);

/// The same as text: a table of the columns, and a line for each column that was left out.
std::string describe_text(const TablePreprocess& table);

}  // namespace reszoo

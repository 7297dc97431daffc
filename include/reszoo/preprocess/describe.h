/// A fitted preprocessing for people to read.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "reszoo/preprocess/table_preprocess.h"

namespace reszoo {

/// Each column that is read (kind, share of missing values, fitted quantiles or
/// words), the scaling, and what was left out. Dates are texts.
nlohmann::ordered_json describe(const TablePreprocess& table);

/// The same as lines of text: a table of the columns, and a line for each that
/// was left out.
std::string describe_text(const TablePreprocess& table);

}  // namespace reszoo

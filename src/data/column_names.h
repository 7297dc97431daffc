/// Finds columns by their usual names. Private.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace reszoo {

/// Returns the first of the usual names that a column has, spelt as the column is; case, spaces, `-` and `_` do not
/// matter. `usual` is in lower case.
std::optional<std::string> usual_column(const std::vector<std::string>& columns, const std::vector<std::string>& usual);

}  // namespace reszoo

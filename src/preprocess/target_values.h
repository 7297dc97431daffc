/// Checks and encodes the columns of a target. Private.
#pragma once
#include <string>
#include <vector>

#include "reszoo/base/blocks.h"
#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// Throws: Error (input) `target "name": what in row N` for the first of the bad rows, if there are any; rows are
/// counted from `first_row`.
void check_rows(const FoundRows& bad, const std::string& name, const char* what, int64_t first_row = 1,
                const char* hint = "");

/// Returns the rows without a value.
FoundRows missing_rows(const Column& column);

/// Returns the rows with a number below 0.
FoundRows negative_rows(const Tensor& numbers);

/// Returns a column as finite numbers, (N) float64.
Tensor finite_numbers(const Column& column, int64_t first_row = 1);

/// Returns the indices in `classes` of the rows' words, (N) int64.
/// Throws: Error (input) that names the row of an unknown class.
Tensor encode_classes(const Column& column, const std::vector<std::string>& classes, int64_t first_row = 1);

/// Returns the named columns.
Frame selected_columns(const Frame& table, const std::vector<std::string>& names);

}  // namespace reszoo

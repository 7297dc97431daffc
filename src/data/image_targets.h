/// The target columns of a table of images. Private.
#pragma once
#include <string>
#include <vector>

#include "reszoo/data/image_rows.h"

namespace reszoo {

/// Returns the name of the column that has an image's label, by the options, by what a model predicts, or by its usual
/// name; several names for several labels or numbers.
/// Throws: Error (usage) if no column is called like one.
std::vector<std::string> target_columns(const std::vector<std::string>& columns, const ImageReadOptions& options);

/// Returns the targets of the rows: the columns, or a column of 0 and 1 for each label if their one column has cells
/// with several labels. Appends to `notes` how it is read.
Frame targets_of(const Frame& table, const std::vector<std::string>& columns, const ImageReadOptions& options,
                 std::vector<std::string>& notes);

}  // namespace reszoo

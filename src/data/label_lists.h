/// Cells that list the labels of an image: JSON's ["cat", "dog"], Parquet's list<string>. Private.
#pragma once
#include <arrow/table.h>

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

// A column of lists is a column of text in which each label, also the last one, is followed by this byte: a list of one
// label is not taken for a class.
inline constexpr char kLabelEnd[] = "\x1f";

/// Returns a cell with these labels. Throws: Error (input) that begins with `subject` for an empty label, or one that
/// has a control character.
std::string list_cell(const std::vector<std::string>& labels, const std::string& subject);

/// Returns the cell of a JSON list of texts or whole numbers.
/// Throws: Error (input) that begins with `subject` for a list of anything else.
std::string list_cell(const nlohmann::json& labels, const std::string& subject);

/// Returns whether the cells of a column are lists.
bool holds_lists(const Column& column);

/// Throws: Error (input) for lists that are no labels but a 0 or 1 for each label, in a fixed order.
void check_label_lists(const Column& column);

/// Returns the table with text in place of its columns of lists. Numbers in the lists of a column in `names` become the
/// names of classes; a missing list has no label.
/// Throws: Error (input) that begins with `subject` and names the row of a list of anything but texts and integers.
std::shared_ptr<arrow::Table> with_list_cells(std::shared_ptr<arrow::Table> table,
                                              const std::map<std::string, std::vector<std::string>>& names,
                                              const std::string& subject);

}  // namespace reszoo

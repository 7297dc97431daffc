/// Labels as text: numbers, classes, several labels in a cell. Private.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// Returns a column of numbers if all labels are numbers, else a column of text.
Column column_of_labels(const std::string& name, const std::vector<std::string>& labels);

/// Returns whether a column has classes: text, or whole numbers.
bool has_classes(const Column& column);

/// How the cells of a column may hold several labels.
struct LabelSeparator {
  std::string separator;
  bool clear = false;        ///< whether this is the only way to read the column
  std::string example = {};  ///< a cell with several labels
};

/// Finds the separator of a text column whose cells hold several labels: `cat|dog`, `cat;dog`, `cat, dog` or `cat dog`.
/// It is clear if the cells have different numbers of labels and, for commas and spaces, most labels occur in several
/// cells: `golden retriever` is no list.
std::optional<LabelSeparator> find_label_separator(const Column& column);

/// Finds the separator by which every label is one of `labels`; nothing if there is none. Cells without a separator fit
/// any.
std::optional<std::string> separator_of_labels(const Column& column, const std::vector<std::string>& labels);

/// Returns a column of 0 and 1 for each label. `labels` gives the labels and their order; if it is empty, they are
/// those that occur, sorted. A missing cell has no label.
/// Throws: Error (input) that names the row of a label that is not in `labels` (rows count from 1).
Frame columns_of_labels(const Column& column, const std::string& separator, std::vector<std::string> labels);

}  // namespace reszoo

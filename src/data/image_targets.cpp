#include "image_targets.h"

#include <algorithm>

#include "column_names.h"
#include "label_lists.h"
#include "label_text.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using Names = std::vector<std::string>;

/// Throws for several labels in cells that could be read as one class too.
std::string chosen_separator(const Column& column, const ImageReadOptions& options, Names& notes) {
  if (!options.label_separator.empty()) return options.label_separator;
  if (options.targets.size() > 1) {
    if (const auto known = separator_of_labels(column, options.targets)) return *known;
    fail(ErrorKind::input, "label_separator: the cells of column \"{}\" are no lists of the model's labels: {}",
         column.name, list(options.targets));
  }
  const auto found = find_label_separator(column);
  if (!found) return options.several_labels && column.kind == Column::Kind::text ? "|" : "";
  if (found->clear || options.several_labels) {
    notes.push_back(fmt::format("column \"{}\": several labels in a cell, such as \"{}\", separated by \"{}\"",
                                column.name, found->example, found->separator));
    return found->separator;
  }
  notes.push_back(fmt::format(
      "column \"{}\": cells such as \"{}\" are read as one class; with the label separator \"{}\" they are several",
      column.name, found->example, found->separator));
  return "";
}

Frame targets_of_lists(const Column& column, const ImageReadOptions& options, Names& notes) {
  if (options.targets.size() == 1 && !options.classes.empty())
    fail(ErrorKind::input, "column \"{}\": has lists of labels, the model predicts one class", column.name);
  check_label_lists(column);
  notes.push_back(fmt::format("column \"{}\": several labels in a list", column.name));
  return columns_of_labels(column, kLabelEnd, options.targets);
}

}  // namespace

Names target_columns(const Names& columns, const ImageReadOptions& options) {
  if (!options.label_columns.empty()) return options.label_columns;
  const auto has = [&](const std::string& name) {
    return std::find(columns.begin(), columns.end(), name) != columns.end();
  };
  if (!options.targets.empty() && std::all_of(options.targets.begin(), options.targets.end(), has))
    return options.targets;
  const Names usual{"label", "class", "target", "labels", "tags", "category", "class_name"};
  if (const auto found = usual_column(columns, usual)) return {*found};
  fail(ErrorKind::usage,
       "label_column: image networks take a table of image files and classes; name its column, as none is called {}; "
       "columns are {}",
       list(usual), list(columns));
}

Frame targets_of(const Frame& table, const Names& columns, const ImageReadOptions& options, Names& notes) {
  Frame targets;
  for (const auto& name : columns) targets.columns.push_back(table.at(name));
  const auto lists = std::find_if(targets.columns.begin(), targets.columns.end(), holds_lists);
  if (columns.size() > 1) {
    if (lists != targets.columns.end())
      fail(ErrorKind::usage, "label_column: column \"{}\" has lists of labels, it is read alone", lists->name);
    return targets;
  }
  const auto& only = targets.columns.front();
  if (lists != targets.columns.end()) return targets_of_lists(only, options, notes);
  // A model's one target with this column is read as it was learnt.
  if (options.targets.size() == 1 && options.label_separator.empty()) return targets;
  const auto separator = chosen_separator(only, options, notes);
  return separator.empty() ? targets : columns_of_labels(only, separator, options.targets);
}

}  // namespace reszoo

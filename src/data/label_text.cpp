#include "label_text.h"

#include <torch/types.h>

#include <algorithm>
#include <map>
#include <set>

#include "reszoo/base/error.h"
#include "reszoo/base/number.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using Words = std::vector<std::string>;

/// Returns the labels of a cell without spaces around them; empty ones are left out.
Words labels_of_cell(std::string_view cell, std::string_view separator) {
  Words labels;
  for (size_t begin = 0; begin <= cell.size();) {
    const auto end = std::min(cell.find(separator, begin), cell.size());
    auto part = cell.substr(begin, end - begin);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!part.empty()) labels.emplace_back(part);
    begin = end + separator.size();
  }
  return labels;
}

/// Returns the words that occur in the column.
Words occurring_words(const Column& column) {
  Words words;
  const auto codes = std::get<0>(at::_unique2(column.codes));
  for (int64_t i = 0; i < codes.size(0); ++i)
    if (const auto code = codes[i].item<int64_t>(); code >= 0) words.push_back(column.words[static_cast<size_t>(code)]);
  return words;
}

constexpr const char* kLabelSeparators[] = {"|", ";", ",", " "};

std::optional<LabelSeparator> read_separator(const Words& cells, const std::string& separator) {
  std::map<std::string, int64_t> cells_with;
  std::set<size_t> lengths;
  LabelSeparator found{.separator = separator};
  for (const auto& cell : cells) {
    const auto labels = labels_of_cell(cell, separator);
    lengths.insert(labels.size());
    if (labels.size() > 1) found.example = cell;
    for (const auto& label : std::set(labels.begin(), labels.end())) ++cells_with[label];
  }
  if (found.example.empty()) return std::nullopt;
  const auto shared =
      std::count_if(cells_with.begin(), cells_with.end(), [](const auto& one) { return one.second > 1; });
  const bool most_shared = 2 * shared > std::ssize(cells_with);
  const bool is_plain = separator == "," || separator == " ";
  found.clear = lengths.size() > 1 && (most_shared || !is_plain);
  if (!found.clear && is_plain && !most_shared) return std::nullopt;
  return found;
}

}  // namespace

Column column_of_labels(const std::string& name, const Words& labels) {
  std::vector<double> numbers;
  for (const auto& label : labels)
    if (const auto number = number_in_text<double>(label)) numbers.push_back(*number);
    else return Column::of_text(name, labels);
  return Column::of_numbers(name, numbers);
}

bool has_classes(const Column& column) {
  if (column.kind == Column::Kind::text) return true;
  return (column.numbers == column.numbers.round()).logical_or(column.numbers.isnan()).all().item<bool>();
}

std::optional<LabelSeparator> find_label_separator(const Column& column) {
  if (column.kind != Column::Kind::text) return std::nullopt;
  const auto cells = occurring_words(column);
  std::optional<LabelSeparator> perhaps;
  for (const auto* separator : kLabelSeparators) {
    const auto found = read_separator(cells, separator);
    if (found && found->clear) return found;
    if (found && !perhaps) perhaps = found;
  }
  return perhaps;
}

std::optional<std::string> separator_of_labels(const Column& column, const Words& labels) {
  const auto cells = occurring_words(as_text(column));
  const std::set<std::string> known(labels.begin(), labels.end());
  for (const auto* separator : kLabelSeparators) {
    const bool fits = std::all_of(cells.begin(), cells.end(), [&](const std::string& cell) {
      const auto parts = labels_of_cell(cell, separator);
      return std::all_of(parts.begin(), parts.end(), [&](const auto& label) { return known.contains(label); });
    });
    if (fits) return separator;
  }
  return std::nullopt;
}

Frame columns_of_labels(const Column& given, const std::string& separator, Words labels) {
  const auto column = as_text(given);
  const auto cells = occurring_words(column);
  if (labels.empty()) {
    std::set<std::string> occurring;
    for (const auto& cell : cells)
      for (const auto& label : labels_of_cell(cell, separator)) occurring.insert(label);
    labels.assign(occurring.begin(), occurring.end());
  }
  std::map<std::string, size_t> place;
  for (size_t i = 0; i < labels.size(); ++i) place[labels[i]] = i;
  std::vector<std::vector<double>> values(labels.size(), std::vector<double>(static_cast<size_t>(column.size())));
  const auto codes = column.codes.contiguous();
  for (int64_t row = 0; row < column.size(); ++row) {
    const auto code = codes.const_data_ptr<int64_t>()[row];
    if (code < 0) continue;
    for (const auto& label : labels_of_cell(column.words[static_cast<size_t>(code)], separator)) {
      const auto found = place.find(label);
      if (found == place.end())
        fail(ErrorKind::input, "column \"{}\": unknown label \"{}\" in row {}; labels are {}", column.name, label,
             row + 1, list(labels));
      values[found->second][static_cast<size_t>(row)] = 1;
    }
  }
  Frame frame;
  for (size_t i = 0; i < labels.size(); ++i) frame.columns.push_back(Column::of_numbers(labels[i], values[i]));
  return frame;
}

}  // namespace reszoo

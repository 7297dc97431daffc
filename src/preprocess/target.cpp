#include "reszoo/preprocess/target.h"

#include <torch/types.h>

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/word_lookup.h"
#include "scaler_fit.h"
#include "target_values.h"

namespace reszoo {
namespace {

using Names = std::vector<std::string>;

}  // namespace

void check_rows(const FoundRows& bad, const std::string& name, const char* what, int64_t first_row, const char* hint) {
  if (bad.count > 0)
    fail(ErrorKind::input, "target \"{}\": {} in row {}{}", name, what, bad.first + first_row,
         bad.count == 1 ? hint : fmt::format(" and {} more{}", bad.count - 1, hint));
}

FoundRows missing_rows(const Column& column) {
  if (column.kind == Column::Kind::text) return find_rows(column.codes, [](const Tensor& block) { return block < 0; });
  return find_rows(column.numbers, [](const Tensor& block) { return block.isnan(); });
}

FoundRows negative_rows(const Tensor& numbers) {
  return find_rows(numbers, [](const Tensor& block) { return block < 0; });
}

Tensor finite_numbers(const Column& column, int64_t first_row) {
  const auto numbers = as_numbers(column).numbers;
  const auto infinite = find_rows(numbers, [](const Tensor& block) { return block.isinf(); });
  check_rows(infinite, column.name, "infinite value", first_row);
  return numbers;
}

Tensor encode_classes(const Column& column, const Names& classes, int64_t first_row) {
  const auto text = as_text(column);
  const auto codes = WordLookup(classes).find(text);
  if (const auto row = find_rows(codes, [](const Tensor& block) { return block < 0; }).first; row >= 0) {
    const auto& word = text.words[static_cast<size_t>(text.codes[row].item<int64_t>())];
    const auto hint = suggestion(word, classes);
    fail(ErrorKind::input, "target \"{}\": unknown class \"{}\" in row {}{}", column.name, word, row + first_row,
         hint.empty() ? "; classes are " + list(classes) : hint);
  }
  return codes;
}

Frame selected_columns(const Frame& table, const Names& names) {
  Frame chosen{.columns = {}, .first_row = table.first_row, .notation = table.notation};
  for (const auto& name : names) chosen.columns.push_back(table.at(name));
  return chosen;
}

Tensor Target::row_of(const std::vector<double>& values) const { return torch::tensor(values, torch::kFloat64); }

Names Target::text_columns() const {
  if (!is_number()) return names_;
  Names columns;
  for (size_t i = 0; i < readings_.size(); ++i)
    if (is_read_as_text(readings_[i])) columns.push_back(names_[i]);
  return columns;
}

/// Returns the target's columns as they were learnt. Classes are left as they are, for every spelling is looked up.
Frame Target::read(const Frame& table) const {
  auto read = selected_columns(table, names_);
  for (size_t i = 0; i < names_.size(); ++i) {
    auto reading = i < readings_.size() ? readings_[i] : ColumnReading{.kind = ColumnKind::number};
    if (!classes_.empty() || !labels_.empty()) reading.kind = ColumnKind::category;
    read.columns[i] = read_column(read.columns[i], reading, read);
  }
  return read;
}

Tensor Target::encode(const Frame& table) const {
  const auto chosen = read(table);
  std::vector<Tensor> columns;
  for (const auto& column : chosen.columns) {
    check_rows(missing_rows(column), column.name, "missing value", table.first_row);
    if (is_number()) columns.push_back(finite_numbers(column, table.first_row));
    if (task_ == Task::count) check_rows(negative_rows(columns.back()), column.name, "negative count", table.first_row);
    if (is_number()) continue;
    columns.push_back(encode_classes(column, labels_.empty() ? classes_ : labels_[columns.size()], table.first_row));
  }
  if (!is_number()) return labels_.empty() ? columns.front() : torch::stack(columns, 1).to(torch::kFloat32);
  return detail::standardized(torch::stack(columns, 1), row_of(mean_), row_of(scale_)).to(torch::kFloat32);
}

Tensor Target::encode(const Column& column) const {
  if (names_.size() != 1) fail(ErrorKind::usage, "target \"{}\": needs {} columns, got one", name(), names_.size());
  auto renamed = column;
  renamed.name = names_.front();
  return encode(Frame{{std::move(renamed)}});
}

}  // namespace reszoo

#include "reszoo/preprocess/table_preprocess.h"

#include <torch/types.h>

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/word_lookup.h"
#include "table_tensors.h"

namespace reszoo {
namespace {

using Names = std::vector<std::string>;

/// Returns what a column has that fitting did not see. `known` says which rows have a known word.
UnseenColumn unseen_in(const Column& column, const Tensor& known, const ColumnSummary* summary) {
  UnseenColumn found{.name = column.name, .rare = summary && summary->rare > 0};
  const auto missing = column.missing();
  if (summary && summary->missing == 0.0) found.missing = count_true(missing);
  found.rows = column.size() - count_true(missing);
  if (column.kind == Column::Kind::number) found.infinite = count_true(column.numbers.isinf());
  if (!known.defined()) return found;
  const auto rows = (~known & ~missing).nonzero().squeeze(1);
  found.unseen = rows.size(0);
  if (rows.size(0) == 0) return found;
  const auto [codes, unused, counts] = at::_unique2(column.codes.index_select(0, rows), true, false, true);
  for (int64_t i = 0; i < codes.size(0); ++i)
    found.words[column.words[static_cast<size_t>(codes[i].item<int64_t>())]] += counts[i].item<int64_t>();
  return found;
}

}  // namespace

const ColumnReading& TablePreprocess::reading_of(const std::string& column) const {
  static const ColumnReading plain;
  const auto found = readings_.find(column);
  return found == readings_.end() ? plain : found->second;
}

const ColumnSummary* TablePreprocess::summary_of(const std::string& column) const {
  for (const auto& summary : summaries_)
    if (summary.name == column) return &summary;
  return nullptr;
}

Tensor TablePreprocess::codes(const Category& category, const Column& column, UnseenCounts* unseen) const {
  const auto codes = category.lookup->find(column);
  if (unseen) unseen->add(unseen_in(column, codes >= 0, summary_of(category.name)));
  return codes;
}

void TablePreprocess::check_columns(const Frame& table) const {
  Names lost;
  for (const auto& name : inputs())
    if (!table.find(name)) lost.push_back(name);
  if (lost.size() == 1) table.at(lost[0]);  // throws, and suggests a similar name
  if (!lost.empty()) fail(ErrorKind::input, "table: no columns \"{}\"", fmt::join(lost, "\", \""));
}

std::vector<Tensor> TablePreprocess::numbers_of(const Frame& table, UnseenCounts* unseen) const {
  std::vector<Tensor> numbers;
  std::string name;
  Tensor values;
  for (const auto& number : numbers_) {
    if (!values.defined() || name != number.column) {
      const auto column = read_column(table.at(number.column), reading_of(number.column), table);
      if (unseen) unseen->add(unseen_in(column, {}, summary_of(number.column)));
      values = without_infinite(column.numbers);
      name = number.column;
    }
    numbers.push_back(number.part ? part_of(values, *number.part) : values);
  }
  return numbers;
}

Frame TablePreprocess::read(const Frame& table) const {
  check_columns(table);
  auto read = table;
  for (auto& column : read.columns)
    if (readings_.contains(column.name)) column = read_column(column, reading_of(column.name), table);
  return read;
}

Tensor TablePreprocess::transform(const Frame& table, UnseenCounts* unseen) const {
  check_columns(table);
  const auto numbers = numbers_of(table, unseen);
  std::vector<Tensor> indicators, codes;
  for (const auto place : indicators_) indicators.push_back(numbers[static_cast<size_t>(place)].isnan());
  for (const auto& category : categories_) {
    const auto column = read_column(table.at(category.name), reading_of(category.name), table);
    codes.push_back(this->codes(category, column, unseen));
  }
  const auto rows = table.rows();
  auto scaled = matrix_of(numbers, rows, torch::kFloat64);
  if (scaler_) scaled = scaler_->transform(scaled);
  return torch::cat({scaled.to(torch::kFloat32), matrix_of(indicators, rows, torch::kFloat32),
                     matrix_of(codes, rows, torch::kFloat32)},
                    1);
}

std::vector<int64_t> TablePreprocess::cardinalities() const {
  std::vector<int64_t> counts;
  for (const auto& category : categories_) counts.push_back(static_cast<int64_t>(category.words.size()));
  return counts;
}

Names TablePreprocess::columns() const {
  Names names;
  for (const auto& number : numbers_)
    names.push_back(number.part ? number.column + " " + text_of(*number.part) : number.column);
  for (const auto place : indicators_) names.push_back(numbers_[static_cast<size_t>(place)].column + " missing");
  for (const auto& category : categories_) names.push_back(category.name);
  return names;
}

Names TablePreprocess::inputs() const {
  Names names;
  for (const auto& number : numbers_)
    if (names.empty() || names.back() != number.column) names.push_back(number.column);
  for (const auto& category : categories_) names.push_back(category.name);
  return names;
}

std::vector<std::vector<int64_t>> TablePreprocess::outputs_of_inputs() const {
  const auto names = inputs();
  std::map<std::string, size_t> place;
  for (size_t i = 0; i < names.size(); ++i) place[names[i]] = i;
  std::vector<std::vector<int64_t>> outputs(names.size());
  int64_t next = 0;
  const auto add = [&](const std::string& name) { outputs[place.at(name)].push_back(next++); };
  for (const auto& number : numbers_) add(number.column);
  for (const auto i : indicators_) add(numbers_[static_cast<size_t>(i)].column);
  for (const auto& category : categories_) add(category.name);
  return outputs;
}

Names TablePreprocess::text_columns() const {
  Names names;
  for (const auto& [name, reading] : readings_)
    if (is_read_as_text(reading)) names.push_back(name);
  return names;
}

std::map<std::string, Tensor> TablePreprocess::tensors() const {
  return scaler_ ? scaler_->tensors() : std::map<std::string, Tensor>{};
}

}  // namespace reszoo

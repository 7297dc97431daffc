#include "reszoo/preprocess/table_preprocess.h"

#include <torch/types.h>

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/base/spilled.h"
#include "reszoo/preprocess/word_lookup.h"
#include "unseen_column.h"

namespace reszoo {
namespace {

using Names = std::vector<std::string>;

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

Frame TablePreprocess::read(const Frame& table) const {
  check_columns(table);
  auto read = table;
  for (auto& column : read.columns)
    if (readings_.contains(column.name)) column = read_column(column, reading_of(column.name), table);
  return read;
}

Tensor TablePreprocess::transform(const FrameRows& rows, UnseenCounts* unseen) const {
  check_columns(rows.table());
  auto out = room_for({rows.size(), numeric_count() + static_cast<int64_t>(categories_.size())}, torch::kFloat32);
  auto place = numeric_count();
  std::vector<WordCodes> words;
  for (const auto& category : categories_) {
    const auto& column = rows.table().at(category.name);
    if (column.kind == Column::Kind::text && !unseen) {
      words.push_back({place++, column, codes_of_words(category, column, rows.head())});
      continue;
    }
    const auto read = read_column(rows.column(category.name), reading_of(category.name), rows.head());
    out.select(1, place++).copy_(codes(category, read, unseen));
    release_pages(column);
  }
  write_blocks(rows, out, words, unseen);
  return out;
}

Tensor TablePreprocess::codes_of_words(const Category& category, const Column& column, const Frame& head) const {
  auto each = column;  // a row for each word, and one without
  const auto words = static_cast<int64_t>(column.words.size());
  each.codes = torch::arange(words + 1, torch::kInt64);
  each.codes[words] = -1;
  return codes(category, read_column(each, reading_of(category.name), head), nullptr);
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

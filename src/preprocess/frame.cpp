#include "reszoo/preprocess/frame.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <unordered_map>

#include "reszoo/base/blocks.h"
#include "reszoo/base/error.h"
#include "reszoo/base/spilled.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/dates.h"
#include "reszoo/preprocess/joined_codes.h"
#include "reszoo/preprocess/number_words.h"

namespace reszoo {

Tensor joined_codes(const Column& part, Column& column, std::unordered_map<std::string, int64_t>& code_of) {
  std::vector<int64_t> codes;  // with a final -1, which the code -1 indexes
  for (const auto& word : part.words) {
    const auto [place, fresh] = code_of.try_emplace(word, static_cast<int64_t>(column.words.size()));
    if (fresh) column.words.push_back(word);
    codes.push_back(place->second);
  }
  codes.push_back(-1);
  return torch::tensor(codes, torch::kInt64).index({part.codes});
}

namespace {

constexpr double missing_number = std::numeric_limits<double>::quiet_NaN();

/// Concatenates text columns; the result has one list of words.
Column concat_text(const std::vector<Column>& parts) {
  Column all{parts.front().name, Column::Kind::text, {}, {}, {}};
  std::unordered_map<std::string, int64_t> code_of;
  std::vector<Tensor> codes;
  for (const auto& part : parts) codes.push_back(joined_codes(part, all, code_of));
  all.codes = torch::cat(codes);
  return all;
}

/// Concatenates columns with the same name.
Column concat(const std::vector<Column>& parts) {
  bool text = false, number = false, date = false;
  for (const auto& part : parts) {
    if (part.missing().all().item<bool>()) continue;
    (part.kind == Column::Kind::text ? text : number) = true;
    date = date || part.date;
  }
  const auto is_number = [](const std::string& word) { return number_in(word).has_value(); };
  const bool digits = std::all_of(parts.begin(), parts.end(), [&](const auto& part) {
    return !part.date && std::all_of(part.words.begin(), part.words.end(), is_number);
  });
  if (text && number && !digits)
    fail(ErrorKind::input, "column \"{}\": is text in one table and numbers in another", parts.front().name);
  if (text) {
    auto texts = parts;
    for (auto& part : texts) part = as_text(part);
    return concat_text(texts);
  }
  Column all{parts.front().name, Column::Kind::number, {}, {}, {}, date};
  std::vector<Tensor> numbers;
  for (const auto& part : parts) numbers.push_back(as_numbers(part).numbers);
  all.numbers = torch::cat(numbers);
  return all;
}

/// Creates one column from `rows`: text if any value is text.
Column column_of(const std::string& name, const std::vector<Row>& rows) {
  std::vector<double> numbers;
  std::vector<std::string> words;
  bool text = false;
  for (const auto& row : rows) {
    const auto found = row.find(name);
    const auto* number = found == row.end() ? nullptr : std::get_if<double>(&found->second);
    const auto* word = found == row.end() ? nullptr : std::get_if<std::string>(&found->second);
    text = text || (word && !word->empty());
    numbers.push_back(number ? *number : missing_number);
    words.push_back(word ? *word : number && !std::isnan(*number) ? number_text(*number) : "");
  }
  return text ? Column::of_text(name, words) : Column::of_numbers(name, numbers);
}

}  // namespace

Column Column::of_numbers(std::string name, const std::vector<double>& values) {
  return {std::move(name), Kind::number, torch::tensor(values, torch::kFloat64), {}, {}};
}

Column Column::of_text(std::string name, const std::vector<std::string>& values) {
  Column column{std::move(name), Kind::text, {}, {}, {}};
  std::unordered_map<std::string, int64_t> code_of;
  std::vector<int64_t> codes;
  codes.reserve(values.size());
  for (const auto& value : values) {
    if (value.empty()) {
      codes.push_back(-1);
      continue;
    }
    const auto [place, fresh] = code_of.try_emplace(value, static_cast<int64_t>(column.words.size()));
    if (fresh) column.words.push_back(value);
    codes.push_back(place->second);
  }
  column.codes = torch::tensor(codes, torch::kInt64);
  return column;
}

int64_t Column::size() const { return kind == Kind::number ? numbers.size(0) : codes.size(0); }

Tensor Column::missing() const { return kind == Kind::number ? numbers.isnan() : codes < 0; }

void release_pages(const Column& column) {
  release_pages(column.numbers);
  release_pages(column.codes);
}

namespace {

/// Returns the different numbers of a column that are there, ascending.
Tensor different_numbers(const Column& column) {
  Tensor all;
  for (int64_t begin = 0; begin < column.size(); begin += kBlockRows) {
    const auto block = column.numbers.narrow(0, begin, std::min(kBlockRows, column.size() - begin));
    const auto here = std::get<0>(at::_unique2(block.masked_select(~block.isnan())));
    all = all.defined() ? std::get<0>(at::_unique2(torch::cat({all, here}))) : here;
    release_pages(column.numbers);
  }
  return all.defined() ? all : torch::empty({0}, torch::kFloat64);
}

}  // namespace

Column as_text(const Column& column) {
  if (column.kind == Column::Kind::text) return column;
  Column text{column.name, Column::Kind::text, {}, {}, {}};
  const auto values = different_numbers(column);
  text.codes = converted(column.numbers, torch::kInt64, [&](const Tensor& block) {
    return values.numel() == 0 ? torch::full_like(block, -1)
                               : torch::searchsorted(values, block.contiguous()).masked_fill(block.isnan(), -1);
  });
  for (int64_t i = 0; i < values.size(0); ++i) {
    const auto value = values[i].item<double>();
    text.words.push_back(column.date ? date_text(value) : number_text(value));
  }
  return text;
}

Column as_numbers(const Column& column, int64_t first_row) {
  if (column.kind == Column::Kind::number) return column;
  const auto read = [](std::string_view word) { return number_in(word); };
  return {column.name, Column::Kind::number, numbers_of_words(column, read, "must hold numbers", first_row), {}, {}};
}

Tensor numbers_of_words(const Column& column, const std::function<std::optional<double>(std::string_view)>& read,
                        std::string_view rule, int64_t first_row) {
  // One value per word, and a final one that the code -1 indexes.
  std::vector<double> values(column.words.size() + 1, missing_number);
  std::vector<uint8_t> bad(column.words.size(), 0);
  for (size_t code = 0; code < column.words.size(); ++code) {
    const auto value = read(column.words[code]);
    bad[code] = !value;
    values[code] = value.value_or(missing_number);
  }
  if (std::find(bad.begin(), bad.end(), 1) != bad.end()) {
    bad.push_back(0);
    const auto is_bad = torch::tensor(bad, torch::kByte).to(torch::kBool);
    const auto found = find_rows(column.codes, [&](const Tensor& block) { return is_bad.index({block}); });
    if (found.count > 0)
      fail(ErrorKind::input, "column \"{}\": {}, got \"{}\" in row {}", column.name, rule,
           column.words[static_cast<size_t>(column.codes[found.first].item<int64_t>())], found.first + first_row);
  }
  return looked_up(torch::tensor(values, torch::kFloat64), column.codes);
}

Column take_rows(const Column& column, const Tensor& rows) {
  auto taken = column;
  auto& values = column.kind == Column::Kind::number ? taken.numbers : taken.codes;
  values = selected_rows(values, rows);
  release_pages(column);
  return taken;
}

Frame take_rows(const Frame& table, const Tensor& rows) {
  Frame taken{.columns = {}, .notation = table.notation};
  for (const auto& column : table.columns) taken.columns.push_back(take_rows(column, rows));
  return taken;
}

int64_t Frame::rows() const { return columns.empty() ? 0 : columns.front().size(); }

const Column* Frame::find(const std::string& name) const {
  for (const auto& column : columns)
    if (column.name == name) return &column;
  return nullptr;
}

const Column& Frame::at(const std::string& name) const {
  if (const auto* column = find(name)) return *column;
  const auto hint = suggestion(name, names());
  fail(ErrorKind::input, "table: no column \"{}\"{}", name, hint.empty() ? "; columns are " + list(names()) : hint);
}

std::vector<std::string> Frame::names() const {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  return names;
}

Frame concat(const std::vector<Frame>& tables) {
  Frame all;
  if (tables.empty()) return all;
  all.notation = tables.front().notation;
  for (const auto& first : tables.front().columns) {
    std::vector<Column> parts;
    for (const auto& table : tables) parts.push_back(table.at(first.name));
    all.columns.push_back(concat(parts));
  }
  return all;
}

Frame frame_of(const std::vector<Row>& rows) {
  std::set<std::string> names;
  for (const auto& row : rows)
    for (const auto& [name, value] : row) names.insert(name);
  if (names.empty()) fail(ErrorKind::input, "table: must have a row and a column, got {} rows, no column", rows.size());
  Frame frame;
  for (const auto& name : names) frame.columns.push_back(column_of(name, rows));
  return frame;
}

}  // namespace reszoo

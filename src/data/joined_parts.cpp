#include "joined_parts.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "arrow_frame.h"
#include "reszoo/base/error.h"
#include "reszoo/base/limited_parallel.h"
#include "reszoo/preprocess/joined_codes.h"

namespace reszoo {
namespace {

constexpr int64_t kFewValues = 1 << 15;  // of a part, which are not worth threads

Held held_by(const arrow::ChunkedArray& values, const Column& column) {
  if (values.null_count() == values.length()) return Held::none;
  if (column.kind == Column::Kind::text) return Held::text;
  if (column.date) return Held::date;
  return is_clock(*values.type()) ? Held::clock : Held::number;
}

/// Returns the values of missing rows.
Tensor no_values(Column::Kind kind, int64_t rows) {
  return kind == Column::Kind::text ? torch::full({rows}, -1, torch::kInt64)
                                    : torch::full({rows}, std::numeric_limits<double>::quiet_NaN(), torch::kFloat64);
}

}  // namespace

void JoinedColumn::add(const Column& part, Held held, const std::function<void(const Tensor& values)>& append) {
  here.insert(held);
  if (held == Held::none && !known) {
    if (missing == 0) column.kind = part.kind, column.date = part.date;
    missing += part.size();
    return;
  }
  if (!known) {
    known = true;
    column.kind = part.kind;
    column.date = false;
    if (missing > 0) append(no_values(column.kind, missing));
  }
  mixed = mixed || (held != Held::none && part.kind != column.kind);
  if (mixed) return;
  column.date = column.date || part.date;
  if (part.kind != column.kind) return append(no_values(column.kind, part.size()));
  if (part.kind == Column::Kind::number) return append(part.numbers);
  append(joined_codes(part, column, code_of));
}

void JoinedColumn::finish(const std::function<void(const Tensor& values)>& append) {
  if (!known && missing > 0) append(no_values(column.kind, missing));
  code_of.clear();
}

void JoinedColumn::end_file(bool spelt) {
  // Words such as NA are missing values in a part without others, and words in a part of text.
  if (spelt && here.contains(Held::text) && here.size() > 1) mixed = true;
  here.erase(Held::none);
  files.insert(here.begin(), here.end());
  mixed = mixed || files.size() > 1;
  here.clear();
}

void JoinedParts::add(const arrow::Table& part, const std::string& subject) {
  check_names(part.ColumnNames(), subject);
  if (columns_.empty()) {
    columns_.resize(static_cast<size_t>(part.num_columns()));
    chunks_.resize(columns_.size());
    for (size_t i = 0; i < columns_.size(); ++i) columns_[i].column.name = part.field(static_cast<int>(i))->name();
  }
  const auto count = static_cast<int64_t>(columns_.size());
  if (!spilled_ && (rows_ + part.num_rows()) * count * 8 > kMostTableBytes) spill();
  const auto threads = part.num_rows() * count > kFewValues ? at::get_num_threads() : 1;
  limited_parallel(count, threads, [&](int64_t i) {
    const auto place = static_cast<size_t>(i);
    auto& joined = columns_[place];
    if (joined.mixed) return;
    const auto& name = joined.column.name;
    const auto values = part.GetColumnByName(name);
    const bool text = std::find(as_text_.begin(), as_text_.end(), name) != as_text_.end();
    const auto column = column_of(name, values, subject, text);
    joined.add(column, held_by(*values, column), [&](const Tensor& more) { append(place, more); });
  });
  rows_ += part.num_rows();
}

void JoinedParts::append(size_t column, const Tensor& values) {
  if (spilled_) spilled_->append(static_cast<int64_t>(column), values);
  else chunks_[column].push_back(values);
}

/// Moves what is in memory to a temporary file.
void JoinedParts::spill() {
  spilled_.emplace(static_cast<int64_t>(columns_.size()));
  for (size_t i = 0; i < chunks_.size(); ++i)
    for (const auto& chunk : std::exchange(chunks_[i], {})) spilled_->append(static_cast<int64_t>(i), chunk);
}

void JoinedParts::end_file(bool spelt) {
  for (auto& column : columns_) column.end_file(spelt);
}

std::vector<std::string> JoinedParts::mixed() const {
  std::vector<std::string> names;
  for (const auto& joined : columns_)
    if (joined.mixed) names.push_back(joined.column.name);
  return names;
}

int64_t JoinedParts::place_of(const std::string& name) const {
  const auto has_name = [&](const auto& joined) { return joined.column.name == name; };
  return std::find_if(columns_.begin(), columns_.end(), has_name) - columns_.begin();
}

Frame JoinedParts::finish() {
  Frame frame;
  for (size_t i = 0; i < columns_.size(); ++i) {
    auto& joined = columns_[i];
    if (joined.mixed) continue;
    joined.finish([&](const Tensor& values) { append(i, values); });
    auto column = std::move(joined.column);
    const bool text = column.kind == Column::Kind::text;
    const auto type = text ? torch::kInt64 : torch::kFloat64;
    const auto chunks = std::exchange(chunks_[i], {});
    (text ? column.codes : column.numbers) = spilled_             ? spilled_->column(static_cast<int64_t>(i), type)
                                             : chunks.empty()     ? torch::empty({0}, type)
                                             : chunks.size() == 1 ? chunks.front()
                                                                  : torch::cat(chunks);
    frame.columns.push_back(std::move(column));
  }
  return frame;
}

}  // namespace reszoo

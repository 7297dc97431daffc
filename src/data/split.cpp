#include "reszoo/data/split.h"

#include <torch/types.h>

#include <algorithm>

#include "reszoo/base/blocks.h"
#include "reszoo/base/error.h"
#include "reszoo/base/permutation.h"
#include "reszoo/preprocess/dates.h"
#include "split_parts.h"

namespace reszoo {
namespace {

using detail::Rows;

// The stream of permutations for splits; training uses the streams from 0 on.
constexpr int64_t kSplitStream = -1;

constexpr int64_t kMostOrderedRows = int64_t{1} << 22;  // more are split without an order of all rows

void check_present(const Column& column, const char* what, const char* advice) {
  const bool text = column.kind == Column::Kind::text;
  const auto found = find_rows(text ? column.codes : column.numbers,
                               [&](const Tensor& block) { return text ? block < 0 : block.isnan(); });
  if (found.count > 0)
    fail(ErrorKind::input, "{} column \"{}\": missing value in row {}{}; {}", what, column.name, found.first + 1,
         found.count > 1 ? fmt::format(" and {} more", found.count - 1) : "", advice);
}

/// Returns whether most words of a column are dates, so that a message names the word that is none.
bool are_mostly_dates(const Column& column) {
  if (column.kind == Column::Kind::number) return column.date;
  const auto dates = std::count_if(column.words.begin(), column.words.end(),
                                   [](const auto& word) { return date_in(word).has_value(); });
  return 2 * dates > std::ssize(column.words);
}

/// Returns the value of each row as a code; -1 for a missing value.
Tensor codes_of(const Column& column) {
  return converted(as_text(column).codes, torch::kFloat64, [](const Tensor& codes) { return codes; });
}

Rows random_order(int64_t rows, uint64_t seed) {
  const auto order = permutation(rows, seed, kSplitStream);
  return {order.const_data_ptr<int64_t>(), order.const_data_ptr<int64_t>() + rows};
}

/// Orders rows so that every contiguous range has nearly the same share of each key: row j of the m rows of its key
/// gets the position (j + 1/2) / m.
Rows interleaved(const Rows& order, const SplitRule& rule) {
  std::vector<std::pair<double, int64_t>> places;
  for (const auto& run : detail::runs_of(detail::by_key(order, rule), rule))
    for (size_t j = 0; j < run.size(); ++j)
      places.emplace_back((static_cast<double>(j) + 0.5) / static_cast<double>(run.size()), run[j]);
  std::stable_sort(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Rows rows;
  for (const auto& [place, row] : places) rows.push_back(row);
  return rows;
}

void check_keys(int64_t rows, const SplitRule& rule) {
  if (rule.keys().defined() && rule.keys().size(0) != rows)
    fail(ErrorKind::usage, "split: the rule is of {} rows, the table has {}", rule.keys().size(0), rows);
}

void check_parts(const Split& split) {
  if (split.train.size(0) < 2)
    fail(ErrorKind::input, "split: {} rows are left to train on, 2 are needed", split.train.size(0));
}

Tensor cut(const Rows& rows, size_t begin, size_t end) {
  return detail::ascending(Rows(rows.begin() + static_cast<int64_t>(begin), rows.begin() + static_cast<int64_t>(end)));
}

/// Divides rows in this order: the first for the test, the next for validation. A fraction of few rows may be no row.
Split split_order(const Rows& order, double validation, double test) {
  const auto rows = static_cast<double>(order.size());
  const auto first = static_cast<size_t>(rows * test), second = first + static_cast<size_t>(rows * validation);
  return {cut(order, second, order.size()), cut(order, first, second), cut(order, 0, first)};
}

Split split_by(const SplitRule& rule, int64_t rows, double validation, double test, uint64_t seed) {
  if (rule.kind() == SplitRule::Kind::time) return detail::split_times(rows, validation, test, rule);
  if (rule.kind() != SplitRule::Kind::group && rows > kMostOrderedRows)
    return detail::split_in_passing(rows, validation, test, rule, seed);
  const auto order = random_order(rows, seed);
  if (rule.kind() == SplitRule::Kind::group) return detail::split_groups(order, validation, test, rule);
  return split_order(rule.kind() == SplitRule::Kind::stratified ? interleaved(order, rule) : order, validation, test);
}

/// Returns the held-out rows of each fold, for all kinds of split except time.
std::vector<Rows> held_out_rows(const Rows& order, int64_t count, const SplitRule& rule) {
  if (rule.kind() == SplitRule::Kind::group) return detail::group_folds(order, count, rule);
  std::vector<Rows> held(static_cast<size_t>(count));
  const auto dealt = rule.kind() == SplitRule::Kind::stratified ? detail::by_key(order, rule) : order;
  for (size_t i = 0; i < dealt.size(); ++i) held[i % held.size()].push_back(dealt[i]);
  return held;
}

}  // namespace

namespace detail {

Tensor ascending(Rows rows) {
  std::sort(rows.begin(), rows.end());
  return torch::tensor(rows, torch::kInt64);
}

Rows by_key(Rows rows, const SplitRule& rule) {
  const auto* key = rule.keys().const_data_ptr<double>();
  std::stable_sort(rows.begin(), rows.end(), [&](int64_t a, int64_t b) { return key[a] < key[b]; });
  return rows;
}

std::vector<Rows> runs_of(const Rows& rows, const SplitRule& rule) {
  const auto* key = rule.keys().const_data_ptr<double>();
  std::vector<Rows> runs;
  for (const auto row : rows) {
    if (runs.empty() || key[runs.back().front()] != key[row]) runs.emplace_back();
    runs.back().push_back(row);
  }
  return runs;
}

}  // namespace detail

SplitRule SplitRule::stratified(const Column& column) { return {Kind::stratified, column.name, codes_of(column)}; }

SplitRule SplitRule::group(const Column& column) {
  check_present(column, "group", "a row without a group could be in any part: give it one");
  return {Kind::group, column.name, codes_of(column)};
}

SplitRule SplitRule::time(const Column& column) {
  check_present(column, "time", "a row without a time could be in any part: give it one or leave it out");
  const auto times = are_mostly_dates(column) ? as_dates(column) : as_numbers(column);
  return {Kind::time, column.name, times.numbers.contiguous()};
}

SplitRule SplitRule::at(const Tensor& rows) const {
  return {kind_, name_, keys_.defined() ? selected_rows(keys_, rows) : keys_};
}

Split split_rows(int64_t rows, double validation, double test, const SplitRule& rule, uint64_t seed) {
  if (!(validation >= 0) || !(test >= 0) || !(validation + test < 1))
    fail(ErrorKind::usage, "split: fractions must be in [0, 1) with a sum below 1, got {} and {}", validation, test);
  check_keys(rows, rule);
  auto split = split_by(rule, rows, validation, test, seed);
  check_parts(split);
  return split;
}

std::vector<Fold> folds(int64_t rows, int64_t count, const SplitRule& rule, uint64_t seed) {
  if (count < 2) fail(ErrorKind::usage, "folds: must be at least 2, got {}", count);
  if (rows < 2 * count) fail(ErrorKind::input, "folds: {} folds need {} rows, got {}", count, 2 * count, rows);
  check_keys(rows, rule);
  if (rule.kind() == SplitRule::Kind::time) return detail::time_folds(rows, count, rule);
  std::vector<Fold> all;
  const auto held = held_out_rows(random_order(rows, seed), count, rule);
  for (size_t fold = 0; fold < held.size(); ++fold) {
    Rows train;
    for (size_t other = 0; other < held.size(); ++other)
      if (other != fold) train.insert(train.end(), held[other].begin(), held[other].end());
    all.push_back({detail::ascending(std::move(train)), detail::ascending(held[fold])});
  }
  return all;
}

}  // namespace reszoo

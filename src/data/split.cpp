#include "reszoo/data/split.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "reszoo/base/error.h"
#include "reszoo/base/permutation.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo {
namespace {

using Rows = std::vector<int64_t>;

// The stream of permutations for splits; training uses the streams from 0 on.
constexpr int64_t kSplitStream = -1;

void check_present(const Column& column, const char* what) {
  if (const auto rows = column.missing().nonzero(); rows.size(0) > 0)
    fail(ErrorKind::input, "{} column \"{}\": missing value in row {}", what, column.name, rows[0].item<int64_t>() + 1);
}

/// Returns the value of each row as a code; -1 for a missing value.
Tensor codes_of(const Column& column) { return as_text(column).codes.to(torch::kFloat64); }

Rows random_order(int64_t rows, uint64_t seed) {
  const auto order = permutation(rows, seed, kSplitStream);
  return {order.const_data_ptr<int64_t>(), order.const_data_ptr<int64_t>() + rows};
}

Tensor sorted(Rows rows) {
  std::sort(rows.begin(), rows.end());
  return torch::tensor(rows, torch::kInt64);
}

/// Sorts rows by their keys; equal keys keep the order of `rows`.
Rows by_key(Rows rows, const SplitRule& rule) {
  const auto* key = rule.keys().const_data_ptr<double>();
  std::stable_sort(rows.begin(), rows.end(), [&](int64_t a, int64_t b) { return key[a] < key[b]; });
  return rows;
}

/// Groups rows that are sorted by key into runs with the same key.
std::vector<Rows> runs_of(const Rows& rows, const SplitRule& rule) {
  const auto* key = rule.keys().const_data_ptr<double>();
  std::vector<Rows> runs;
  for (const auto row : rows) {
    if (runs.empty() || key[runs.back().front()] != key[row]) runs.emplace_back();
    runs.back().push_back(row);
  }
  return runs;
}

/// Orders rows so that every contiguous range has nearly the same share of each key: row j of the m rows of its key
/// gets the position (j + 1/2) / m.
Rows interleaved(const Rows& order, const SplitRule& rule) {
  std::vector<std::pair<double, int64_t>> places;
  for (const auto& run : runs_of(by_key(order, rule), rule))
    for (size_t j = 0; j < run.size(); ++j)
      places.emplace_back((static_cast<double>(j) + 0.5) / static_cast<double>(run.size()), run[j]);
  std::stable_sort(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Rows rows;
  for (const auto& [place, row] : places) rows.push_back(row);
  return rows;
}

/// Returns the groups in the order in which they first occur in a random order of the rows.
std::vector<Rows> groups_of(const Rows& order, const SplitRule& rule) {
  std::vector<int64_t> rank(order.size());
  for (size_t i = 0; i < order.size(); ++i) rank[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  auto groups = runs_of(by_key(order, rule), rule);
  std::sort(groups.begin(), groups.end(), [&](const Rows& a, const Rows& b) {
    return rank[static_cast<size_t>(a.front())] < rank[static_cast<size_t>(b.front())];
  });
  return groups;
}

/// Removes groups from the list for about `wanted` rows: every group that still fits, then the smallest remaining one
/// if that brings the total closer to `wanted`.
Rows take_groups(std::vector<Rows>& groups, int64_t wanted) {
  Rows taken;
  if (wanted <= 0) return taken;
  const auto room = [&] { return wanted - static_cast<int64_t>(taken.size()); };
  const auto take = [&](const Rows& group) { taken.insert(taken.end(), group.begin(), group.end()); };
  std::vector<Rows> left;
  for (auto& group : groups)
    if (static_cast<int64_t>(group.size()) <= room()) take(group);
    else left.push_back(std::move(group));
  const auto smallest =
      std::min_element(left.begin(), left.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  if (smallest != left.end() && (taken.empty() || static_cast<int64_t>(smallest->size()) < 2 * room())) {
    take(*smallest);
    left.erase(smallest);
  }
  groups = std::move(left);
  return taken;
}

Split split_groups(const Rows& order, int64_t validation, int64_t test, const SplitRule& rule) {
  auto groups = groups_of(order, rule);
  const auto parts = 1 + (validation > 0) + (test > 0);
  if (static_cast<int64_t>(groups.size()) < parts)
    fail(ErrorKind::input, "group column \"{}\": {} parts need as many groups, got {}", rule.name(), parts,
         groups.size());
  auto test_rows = take_groups(groups, test), validation_rows = take_groups(groups, validation);
  Rows train;
  for (const auto& group : groups) train.insert(train.end(), group.begin(), group.end());
  return {sorted(std::move(train)), sorted(std::move(validation_rows)), sorted(std::move(test_rows))};
}

/// Returns the index nearest to `place` at which one time ends and another begins; 0 and the end count as such indices.
size_t between_times(const Rows& rows, size_t place, const SplitRule& rule) {
  const auto* key = rule.keys().const_data_ptr<double>();
  const auto is_border = [&](size_t i) { return i == 0 || i == rows.size() || key[rows[i - 1]] != key[rows[i]]; };
  for (size_t far = 0;; ++far) {
    if (place >= far && is_border(place - far)) return place - far;
    if (place + far <= rows.size() && is_border(place + far)) return place + far;
  }
}

Rows in_time(int64_t rows, const SplitRule& rule) {
  Rows order(static_cast<size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  return by_key(std::move(order), rule);
}

Tensor cut(const Rows& rows, size_t begin, size_t end) {
  return sorted(Rows(rows.begin() + static_cast<int64_t>(begin), rows.begin() + static_cast<int64_t>(end)));
}

Split split_time(int64_t rows, int64_t validation, int64_t test, const SplitRule& rule) {
  const auto order = in_time(rows, rule);
  const auto test_begin = between_times(order, static_cast<size_t>(rows - test), rule);
  const auto wanted = static_cast<int64_t>(test_begin) - validation;
  const auto begin = between_times(order, static_cast<size_t>(std::max<int64_t>(wanted, 0)), rule);
  const auto validation_begin = std::min(begin, test_begin);
  return {cut(order, 0, validation_begin), cut(order, validation_begin, test_begin),
          cut(order, test_begin, order.size())};
}

void check_keys(int64_t rows, const SplitRule& rule) {
  if (rule.keys().defined() && rule.keys().size(0) != rows)
    fail(ErrorKind::usage, "split: the rule is of {} rows, the table has {}", rule.keys().size(0), rows);
}

void check_parts(const Split& split, double validation, double test, const SplitRule& rule) {
  if (split.train.size(0) < 2)
    fail(ErrorKind::input, "split: {} rows are left to train on, 2 are needed", split.train.size(0));
  // With few rows a fraction may round to no rows, which is accepted, except for splits by group or time.
  if (rule.kind() != SplitRule::Kind::group && rule.kind() != SplitRule::Kind::time) return;
  if ((validation > 0 && split.validation.size(0) == 0) || (test > 0 && split.test.size(0) == 0))
    fail(ErrorKind::input, "split: column \"{}\" has too few values to part its rows", rule.name());
}

/// Returns the held-out rows of each fold, for all kinds of split except time.
std::vector<Rows> held_out_rows(const Rows& order, int64_t count, const SplitRule& rule) {
  std::vector<Rows> held(static_cast<size_t>(count));
  if (rule.kind() == SplitRule::Kind::group) {
    auto groups = groups_of(order, rule);
    if (static_cast<int64_t>(groups.size()) < count)
      fail(ErrorKind::input, "group column \"{}\": {} folds need as many groups, got {}", rule.name(), count,
           groups.size());
    // The largest group first, each to the fold that has the fewest rows.
    std::stable_sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
    for (const auto& group : groups) {
      auto& fold =
          *std::min_element(held.begin(), held.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
      fold.insert(fold.end(), group.begin(), group.end());
    }
    return held;
  }
  const auto dealt = rule.kind() == SplitRule::Kind::stratified ? by_key(order, rule) : order;
  for (size_t i = 0; i < dealt.size(); ++i) held[i % held.size()].push_back(dealt[i]);
  return held;
}

std::vector<Fold> time_folds(int64_t rows, int64_t count, const SplitRule& rule) {
  const auto order = in_time(rows, rule);
  std::vector<Fold> all;
  for (int64_t fold = 1; fold <= count; ++fold) {
    const auto begin = between_times(order, static_cast<size_t>(rows * fold / (count + 1)), rule);
    const auto end = between_times(order, static_cast<size_t>(rows * (fold + 1) / (count + 1)), rule);
    if (begin == 0 || begin >= end)
      fail(ErrorKind::input, "time column \"{}\": has too few values for {} folds", rule.name(), count);
    all.push_back({cut(order, 0, begin), cut(order, begin, end)});
  }
  return all;
}

}  // namespace

SplitRule SplitRule::stratified(const Column& column) { return {Kind::stratified, column.name, codes_of(column)}; }

SplitRule SplitRule::group(const Column& column) {
  check_present(column, "group");
  return {Kind::group, column.name, codes_of(column)};
}

SplitRule SplitRule::time(const Column& column) {
  check_present(column, "time");
  const auto times = holds_dates(column) ? as_dates(column) : as_numbers(column);
  return {Kind::time, column.name, times.numbers.contiguous()};
}

Split split_rows(int64_t rows, double validation, double test, const SplitRule& rule, uint64_t seed) {
  if (!(validation >= 0) || !(test >= 0) || !(validation + test < 1))
    fail(ErrorKind::usage, "split: fractions must be in [0, 1) with a sum below 1, got {} and {}", validation, test);
  check_keys(rows, rule);
  const auto n_test = static_cast<int64_t>(static_cast<double>(rows) * test);
  const auto n_validation = static_cast<int64_t>(static_cast<double>(rows) * validation);
  Split split;
  if (rule.kind() == SplitRule::Kind::time) {
    split = split_time(rows, n_validation, n_test, rule);
  } else {
    auto order = random_order(rows, seed);
    if (rule.kind() == SplitRule::Kind::stratified) order = interleaved(order, rule);
    const auto first = static_cast<size_t>(n_test), second = static_cast<size_t>(n_test + n_validation);
    split = rule.kind() == SplitRule::Kind::group
                ? split_groups(order, n_validation, n_test, rule)
                : Split{cut(order, second, order.size()), cut(order, first, second), cut(order, 0, first)};
  }
  check_parts(split, validation, test, rule);
  return split;
}

std::vector<Fold> folds(int64_t rows, int64_t count, const SplitRule& rule, uint64_t seed) {
  if (count < 2) fail(ErrorKind::usage, "folds: must be at least 2, got {}", count);
  if (rows < 2 * count) fail(ErrorKind::input, "folds: {} folds need {} rows, got {}", count, 2 * count, rows);
  check_keys(rows, rule);
  if (rule.kind() == SplitRule::Kind::time) return time_folds(rows, count, rule);
  std::vector<Fold> all;
  const auto held = held_out_rows(random_order(rows, seed), count, rule);
  for (size_t fold = 0; fold < held.size(); ++fold) {
    Rows train;
    for (size_t other = 0; other < held.size(); ++other)
      if (other != fold) train.insert(train.end(), held[other].begin(), held[other].end());
    all.push_back({sorted(std::move(train)), sorted(held[fold])});
  }
  return all;
}

}  // namespace reszoo

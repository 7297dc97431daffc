// How rows are divided by groups and by times.
#pragma once
#include <cstdint>
#include <vector>

#include "reszoo/data/split.h"

namespace reszoo::detail {

using Rows = std::vector<int64_t>;

/// Returns rows in ascending order. Shape: (N) int64.
Tensor ascending(Rows rows);

/// Sorts rows by their keys; equal keys keep the order of `rows`.
Rows by_key(Rows rows, const SplitRule& rule);

/// Groups rows that are sorted by key into runs with the same key.
std::vector<Rows> runs_of(const Rows& rows, const SplitRule& rule);

/// Divides very many rows at random or stratified, in one pass without an order of all rows: the row of a key is drawn
/// for a part with the probability that is left, so each key has its exact share (rounded) in each part.
/// Source: selection sampling, algorithm S of Knuth, The Art of Computer Programming, volume 2, 3.4.2.
Split split_in_passing(int64_t rows, double validation, double test, const SplitRule& rule, uint64_t seed);

/// Divides rows by group. Each part that is asked for gets a group, and as nearly that many rows as whole groups allow.
/// Shape: `order` all rows in random order.
/// Throws: Error (input) for fewer groups than parts.
Split split_groups(const Rows& order, double validation, double test, const SplitRule& rule);

/// Divides rows by time: the last ones for the test, those before them for validation. No time is in two parts; each
/// part that is asked for gets a time, and as nearly that many rows as whole times allow.
/// Throws: Error (input) for fewer times than parts.
Split split_times(int64_t rows, double validation, double test, const SplitRule& rule);

/// Returns the held-out rows of folds that are of about the same size; no group is in two of them.
/// Throws: Error (input) for fewer groups than folds.
std::vector<Rows> group_folds(const Rows& order, int64_t count, const SplitRule& rule);

/// Returns folds of consecutive times, see `folds`.
/// Throws: Error (input) for fewer times than count + 1.
std::vector<Fold> time_folds(int64_t rows, int64_t count, const SplitRule& rule);

}  // namespace reszoo::detail

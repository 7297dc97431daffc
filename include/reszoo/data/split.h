/// Splits the rows of a table into training, validation and test rows, or into folds.
#pragma once
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// The rule by which rows are split.
///
/// | kind       | split                                                             |
/// |------------|-------------------------------------------------------------------|
/// | random     | drawn from all rows                                               |
/// | stratified | with the same share of every value of the column; a missing one is a value |
/// | group      | no value of the column in two parts                               |
/// | time       | the last rows test, those before validate; no time in two parts   |
class SplitRule {
 public:
  enum class Kind { random, stratified, group, time };

  SplitRule() = default;  ///< random

  static SplitRule stratified(const Column& column);
  /// Throws: Error (input) naming the row of a missing value (rows count from 1).
  static SplitRule group(const Column& column);
  /// `column`: dates, or numbers. Throws: Error (input) for a missing value, or
  /// text that is neither.
  static SplitRule time(const Column& column);

  Kind kind() const { return kind_; }
  /// The name of the column, for messages.
  const std::string& name() const { return name_; }
  /// The value of each row, a code or a time. Shape: (N) float64; undefined for random.
  const Tensor& keys() const { return keys_; }

 private:
  SplitRule(Kind kind, const std::string& name, Tensor keys) : kind_(kind), name_(name), keys_(std::move(keys)) {}

  Kind kind_ = Kind::random;
  std::string name_;
  Tensor keys_;
};

/// The row numbers of each part: int64, from 0, rising, possibly none.
struct Split {
  Tensor train, validation, test;
};

/// Splits rows. `validation` and `test` are fractions in [0, 1) whose sum is below 1. The result depends on the
/// arguments alone. Throws: Error (usage) for other fractions; Error (input) if fewer than 2 rows are left to train on,
/// or a part whose fraction is not 0 would be empty.
Split split_rows(int64_t rows, double validation, double test, const SplitRule& rule, uint64_t seed);

/// One fold: the numbers of the rows to train on and of those held out, int64, rising.
struct Fold {
  Tensor train, held_out;
};

/// Splits rows into `count` folds; each row is held out once. By time, the rows are cut into count + 1 runs: each fold
/// holds out one run and trains on all runs before it, and the first run is never held out. Throws: Error (usage) for a
/// count below 2; Error (input) for too few rows, groups or times.
std::vector<Fold> folds(int64_t rows, int64_t count, const SplitRule& rule, uint64_t seed);

}  // namespace reszoo

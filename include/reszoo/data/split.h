/// Parts a table's rows: to train, to validate, to test; or in folds.
#pragma once
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// By what rows are parted.
///
/// | kind       | parts                                                             |
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
  /// The column's name, for messages.
  const std::string& name() const { return name_; }
  /// The value of each row: a code, or a time. (N) float64; undefined for random.
  const Tensor& keys() const { return keys_; }

 private:
  SplitRule(Kind kind, const std::string& name, Tensor keys) : kind_(kind), name_(name), keys_(std::move(keys)) {}

  Kind kind_ = Kind::random;
  std::string name_;
  Tensor keys_;
};

/// Numbers of the rows of each part (from 0), rising, int64; maybe none.
struct Split {
  Tensor train, validation, test;
};

/// Parts the rows, the two fractions of them (of [0, 1), with a sum below 1) to
/// validate and test. The same for the same arguments.
/// Throws: Error (usage) for other fractions; Error (input) if fewer than 2 rows
/// are left to train on, or a part that is asked for would be empty.
Split split_rows(int64_t rows, double validation, double test, const SplitRule& rule, uint64_t seed);

/// One fold: the rows to train on, and those held out. Rising, int64.
struct Fold {
  Tensor train, held_out;
};

/// Parts the rows in `count` folds; each row is held out once. By time, the rows
/// are cut into count + 1 runs: a fold holds out a run, trains on all before it,
/// and the first run is never held out.
/// Throws: Error (usage) for a count below 2; Error (input) for too few rows,
/// groups or times.
std::vector<Fold> folds(int64_t rows, int64_t count, const SplitRule& rule, uint64_t seed);

}  // namespace reszoo

/// Splits the rows of a table into training, validation and test sets, or into folds.
#pragma once
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// How rows are split.
///
/// | kind       | split                                                                          |
/// |------------|--------------------------------------------------------------------------------|
/// | random     | drawn from all rows                                                            |
/// | stratified | every value of the column has the same share in each part; missing is a value  |
/// | group      | all rows with the same value of the column are in the same part                |
/// | time       | test takes the last rows, validation those before; no time occurs in two parts |
class SplitRule {
 public:
  enum class Kind { random, stratified, group, time };

  SplitRule() = default;  ///< random

  static SplitRule stratified(const Column& column);
  /// Throws: Error (input) that names the row of a missing value (rows count from 1), and how many there are.
  static SplitRule group(const Column& column);
  /// `column` holds dates or numbers.
  /// Throws: Error (input) that names the row of a missing value, or of text that is neither a date nor a number.
  static SplitRule time(const Column& column);

  /// Returns the rule for some of the rows: int64 indices.
  SplitRule at(const Tensor& rows) const;

  Kind kind() const { return kind_; }
  /// Returns the name of the column, for messages.
  const std::string& name() const { return name_; }
  /// Returns the value of each row, a code or a time. Shape: (N) float64; undefined for random.
  const Tensor& keys() const { return keys_; }

 private:
  SplitRule(Kind kind, const std::string& name, Tensor keys) : kind_(kind), name_(name), keys_(std::move(keys)) {}

  Kind kind_ = Kind::random;
  std::string name_;
  Tensor keys_;
};

/// The row indices of each part: int64, from 0, ascending. A part may be empty.
struct Split {
  Tensor train, validation, test;
};

/// Splits rows into training, validation and test sets. `validation` and `test` are fractions in [0, 1) with a sum
/// below 1. The result depends only on the arguments.
/// By group or time, parts are made of whole groups or times: each has at least one, and as nearly its fraction of the
/// rows as they allow. Of more than 4,194,304 rows no order is made: a random or stratified split draws one row after
/// the other, with the same shares.
/// Throws: Error (usage) for other fractions; Error (input) if fewer than 2 training rows remain, or for fewer groups
/// or times than parts.
Split split_rows(int64_t rows, double validation, double test, const SplitRule& rule, uint64_t seed);

/// One fold: the indices of the training rows and of the held-out rows, int64, ascending.
struct Fold {
  Tensor train, held_out;
};

/// Splits rows into `count` folds; each row is held out once. For a split by time, the rows are divided into count + 1
/// consecutive blocks: each fold holds out one block and trains on all blocks before it, and the first block is never
/// held out.
/// Throws: Error (usage) for a count below 2; Error (input) for too few rows, groups or times.
std::vector<Fold> folds(int64_t rows, int64_t count, const SplitRule& rule, uint64_t seed);

}  // namespace reszoo

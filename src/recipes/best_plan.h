/// What fit_best trains next.
#pragma once
#include <optional>
#include <vector>

#include "reszoo/metrics/monitor.h"

namespace reszoo::detail {

/// What is known of a candidate.
struct Tried {
  size_t folds;    ///< on which it was trained, from the first on; 0 if its training failed
  double value;    ///< on the first fold
  double seconds;  ///< of the longest training
};

/// The candidate and the fold to train next. The candidate after the last one is a new one.
struct NextFit {
  size_t candidate, fold;
};

struct BestPlan {
  size_t folds;       ///< number of folds
  double time_limit;  ///< seconds of the search
  Monitor monitor = {};
  double reserve = 0;  ///< seconds of it that are for what comes after the last training

  /// Returns the next training after `used` seconds; nothing if the time that is left is too short for it.
  ///
  /// In the first half of the time new candidates are trained on the first fold. Then the best ones are trained on the
  /// other folds, fold by fold. If the first candidate did not finish within its time, there is no time for others: it
  /// is trained on all folds first.
  /// Source: successive halving, Jamieson and Talwalkar 2016, arXiv:1502.07943, with folds as the resource, as in
  /// Bergman et al. 2024, arXiv:2405.03389.
  std::optional<NextFit> next(const std::vector<Tried>& tried, double used) const;

  /// Returns the seconds that a training may take after `used` seconds.
  double slice(double used) const;

  /// Returns on how many folds candidates are compared: as many as most trainings of the best candidates can be used.
  size_t common_folds(const std::vector<Tried>& tried) const;

 private:
  double left(double used) const;
  NextFit choose(const std::vector<Tried>& tried, double used) const;
  bool is_short_of_time(const std::vector<Tried>& tried) const;
};

/// The number of candidates that are trained on all folds first.
constexpr size_t kBagged = 4;

/// Returns the candidates, the best first; those that failed are last.
std::vector<size_t> best_first(const std::vector<Tried>& tried, const Monitor& monitor);

}  // namespace reszoo::detail

/// The tree-structured Parzen estimator: where the next value of a search is drawn.
#pragma once
#include <vector>

#include "reszoo/base/random.h"
#include "search_space.h"

namespace reszoo::detail {

/// A density over a parameter's range, from values that were tried: a mixture of truncated normal distributions, one
/// around each value and a wide one in the middle. Values are tried ones from the oldest on; those that are 0 apart
/// from the range are left out.
///
/// Source: Bergstra et al. 2011, Algorithms for Hyper-Parameter Optimization, with the widths and weights of Optuna's
/// TPESampler (multivariate=False, consider_magic_clip, consider_endpoints=False).
class ParzenDensity {
 public:
  ParzenDensity(const SearchParameter& parameter, const std::vector<double>& values);

  double log_density(double value) const;  ///< with a step, the logarithm of the probability
  double draw(Random& random) const;       ///< in the range, with a step on its grid

 private:
  double inner(double value) const;  ///< the logarithm if the parameter is logarithmic

  SearchParameter parameter_;
  double low_, high_;
  std::vector<double> centers_, widths_, weights_;
};

/// Returns how many of `trials` are the good ones: a tenth, at most 25.
size_t good_trials(size_t trials);

/// Draws the value that is best by the ratio of the densities of good and other values, of 24 drawn from the first.
double tpe_value(const SearchParameter& parameter, const std::vector<double>& good, const std::vector<double>& others,
                 Random& random);

}  // namespace reszoo::detail

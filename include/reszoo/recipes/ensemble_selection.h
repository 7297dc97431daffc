/// Weights of models in an ensemble.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "reszoo/metrics/monitor.h"

namespace reszoo {

struct SelectionOptions {
  int64_t rounds = 25;    ///< models that are added one after the other
  int64_t different = 0;  ///< most different models in the ensemble; 0: no limit
};

/// The weights of an ensemble, and its value.
struct EnsembleSelection {
  std::vector<double> weights;  ///< of each model: a multiple of 1 / (models added), 0 for most; the sum is 1
  double value = 0;             ///< of the monitored metric
};

/// Selects an ensemble greedily: begins with the best model and adds in each round the one, possibly a repeated one,
/// with which the ensemble is best. Of all rounds the best ensemble is returned, so it is never worse than the best
/// model. Of equal values the first is taken.
///
/// `value_of` returns the metric of the ensemble that contains model i `counts[i]` times; it should be computed on rows
/// that the models were not trained on.
/// Source: Caruana et al. 2004, Ensemble Selection from Libraries of Models, ICML.
/// Throws: Error (usage) without models or rounds.
EnsembleSelection select_ensemble(size_t models,
                                  const std::function<double(const std::vector<int64_t>& counts)>& value_of,
                                  const Monitor& monitor, const SelectionOptions& options = {});

}  // namespace reszoo

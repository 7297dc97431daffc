#include "reszoo/recipes/ensemble_selection.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using Counts = std::vector<int64_t>;

/// An ensemble: how often it contains each model, and its value.
struct Ensemble {
  Counts counts;
  double value;
};

std::vector<double> weights_of(const Counts& counts) {
  int64_t all = 0;
  for (const auto count : counts) all += count;
  std::vector<double> weights;
  for (const auto count : counts) weights.push_back(static_cast<double>(count) / static_cast<double>(all));
  return weights;
}

/// Adds the model with which the ensemble is best.
Ensemble grown(const Counts& counts, const std::function<double(const Counts&)>& value_of, const Monitor& monitor,
               const SelectionOptions& options) {
  const auto different = std::count_if(counts.begin(), counts.end(), [](int64_t count) { return count > 0; });
  const bool full = options.different > 0 && different >= options.different;
  std::optional<Ensemble> best;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (full && counts[i] == 0) continue;
    auto tried = counts;
    ++tried[i];
    const double value = value_of(tried);
    if (!best || monitor.is_better(value, best->value)) best = {std::move(tried), value};
  }
  return *best;
}

}  // namespace

EnsembleSelection select_ensemble(size_t models, const std::function<double(const Counts& counts)>& value_of,
                                  const Monitor& monitor, const SelectionOptions& options) {
  if (models == 0 || options.rounds < 1)
    fail(ErrorKind::usage, "select_ensemble: needs a model and a round, got {} models and {} rounds", models,
         options.rounds);
  auto ensemble = grown(Counts(models), value_of, monitor, options);
  auto best = ensemble;
  for (int64_t round = 1; round < options.rounds; ++round) {
    ensemble = grown(ensemble.counts, value_of, monitor, options);
    if (monitor.is_better(ensemble.value, best.value)) best = ensemble;
  }
  return {weights_of(best.counts), best.value};
}

}  // namespace reszoo

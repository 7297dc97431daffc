// The trials of a search: the first ones at random, then where trials before were good.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "reszoo/recipes/tune.h"
#include "search_space.h"
#include "tpe.h"

namespace reszoo {
namespace {

using detail::SearchParameter;

constexpr size_t kRandomTrials = 10;

double random_value(const SearchParameter& parameter, Random& random) {
  if (random.chance(parameter.zero)) return 0;
  if (parameter.logarithmic) return std::exp(random.between(std::log(parameter.low), std::log(parameter.high)));
  if (parameter.step == 0) return random.between(parameter.low, parameter.high);
  const auto steps = std::llround((parameter.high - parameter.low) / parameter.step) + 1;
  return parameter.low + parameter.step * static_cast<double>(random.below(steps));
}

/// Rounds to three digits, so that a printed recipe is exact.
double rounded(double value) {
  if (value == 0) return 0;
  const double unit = std::pow(10, std::floor(std::log10(std::abs(value))) - 2);
  return std::stod(fmt::format("{:.3g}", std::round(value / unit) * unit));
}

/// Returns which trials are good: the best tenth.
std::vector<bool> good_ones(const std::vector<Trial>& trials, const Monitor& monitor) {
  std::vector<size_t> order(trials.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return monitor.is_better(trials[a].value, trials[b].value); });
  std::vector<bool> good(trials.size());
  for (size_t rank = 0; rank < detail::good_trials(trials.size()); ++rank) good[order[rank]] = true;
  return good;
}

}  // namespace

Trial draw_trial(const TrainingRecipe& recipe, uint64_t seed, int64_t number, const std::vector<Trial>& earlier,
                 const Monitor& monitor) {
  Trial trial{.number = number, .recipe = recipe, .value = std::numeric_limits<double>::quiet_NaN()};
  if (number == 0) return trial;
  Random random(seed, 0, number);
  const auto good = good_ones(earlier, monitor);
  for (const auto& parameter : detail::search_space(recipe)) {
    std::vector<double> values[2];
    for (size_t i = 0; i < earlier.size(); ++i)
      if (const auto had = detail::value_of(earlier[i].recipe, parameter.name)) values[good[i]].push_back(*had);
    const bool known = earlier.size() >= kRandomTrials;
    const double value =
        known ? detail::tpe_value(parameter, values[1], values[0], random) : random_value(parameter, random);
    detail::set_value(trial, parameter, rounded(value));
  }
  return trial;
}

}  // namespace reszoo

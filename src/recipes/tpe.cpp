#include "tpe.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace reszoo::detail {
namespace {

constexpr int kDrawn = 24;         // values that are compared
constexpr size_t kNewTrials = 25;  // trials of full weight

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

double normal_log_pdf(double x) { return -0.5 * x * x - 0.5 * std::log(2 * 3.14159265358979323846); }

/// Returns the weights of values from the oldest on: those before the last 25 count less, from 1 / n on.
std::vector<double> weights_by_age(size_t count) {
  std::vector<double> weights(count, 1.0);
  if (count < kNewTrials) return weights;
  const size_t old = count - kNewTrials;
  const double first = 1.0 / static_cast<double>(count);
  for (size_t i = 0; i < old; ++i)
    weights[i] = old == 1 ? first : first + (1 - first) * static_cast<double>(i) / static_cast<double>(old - 1);
  return weights;
}

/// Returns the width of each kernel: the larger distance to its neighbours, not too small.
std::vector<double> kernel_widths(const std::vector<double>& centers, double low, double high) {
  std::vector<size_t> order(centers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return centers[a] < centers[b]; });
  const double least = (high - low) / std::min(100.0, 2.0 + static_cast<double>(centers.size()));
  std::vector<double> widths(centers.size());
  for (size_t i = 0; i < order.size(); ++i) {
    const double center = centers[order[i]];
    double left = i > 0 ? center - centers[order[i - 1]] : center - low;
    double right = i + 1 < order.size() ? centers[order[i + 1]] - center : high - center;
    if (order.size() > 1 && i == 0) left = 0;  // the ends of the range are no neighbours
    if (order.size() > 1 && i + 1 == order.size()) right = 0;
    widths[order[i]] = std::clamp(std::max(left, right), least, high - low);
  }
  return widths;
}

/// Returns the probability of 0 by the trials: each is a distribution over the two choices, close to what it had.
double zero_share(const std::vector<double>& values) {
  const auto weights = weights_by_age(values.size());
  const double prior = 1.0 / static_cast<double>(values.size() + 1), sum = 1 + 2 * prior;
  double zero = 0.5, all = 1;
  for (size_t i = 0; i < values.size(); ++i) {
    zero += weights[i] * ((values[i] == 0) + prior) / sum;
    all += weights[i];
  }
  return zero / all;
}

/// Draws whether the value is 0.
bool tpe_zero(const std::vector<double>& good, const std::vector<double>& others, Random& random) {
  const double zero = zero_share(good), other = zero_share(others);
  bool drawn[2] = {false, false};
  for (int i = 0; i < kDrawn; ++i) drawn[random.chance(zero)] = true;
  if (!drawn[0] || !drawn[1]) return drawn[1];
  return zero / other > (1 - zero) / (1 - other);
}

std::vector<double> without_zeros(const SearchParameter& parameter, std::vector<double> values) {
  if (parameter.zero > 0) std::erase(values, 0.0);
  return values;
}

}  // namespace

ParzenDensity::ParzenDensity(const SearchParameter& parameter, const std::vector<double>& values)
    : parameter_(parameter),
      low_(inner(parameter.low - parameter.step / 2)),
      high_(inner(parameter.high + parameter.step / 2)) {
  for (const double value : without_zeros(parameter, values))
    centers_.push_back(inner(std::clamp(value, parameter.low, parameter.high)));
  widths_ = kernel_widths(centers_, low_, high_);
  weights_ = weights_by_age(centers_.size());
  centers_.push_back((low_ + high_) / 2);
  widths_.push_back(high_ - low_);
  weights_.push_back(1);
  const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (auto& weight : weights_) weight /= sum;
}

double ParzenDensity::inner(double value) const { return parameter_.logarithmic ? std::log(value) : value; }

double ParzenDensity::log_density(double value) const {
  const double x = inner(value), half = parameter_.step / 2;
  double density = 0;
  for (size_t i = 0; i < centers_.size(); ++i) {
    const auto standard = [&](double at) { return (at - centers_[i]) / widths_[i]; };
    const double whole = normal_cdf(standard(high_)) - normal_cdf(standard(low_));
    const double part = half > 0 ? normal_cdf(standard(x + half)) - normal_cdf(standard(x - half))
                                 : std::exp(normal_log_pdf(standard(x))) / widths_[i];
    density += weights_[i] * part / whole;
  }
  return std::log(density);
}

double ParzenDensity::draw(Random& random) const {
  double share = random.uniform();
  size_t i = 0;
  while (i + 1 < weights_.size() && share >= weights_[i]) share -= weights_[i++];
  double x = 0;
  do x = centers_[i] + widths_[i] * random.normal();
  while (x < low_ || x >= high_);  // the center is in the range, so that few are drawn again
  if (parameter_.step > 0) {
    const double steps = std::round((x - parameter_.low) / parameter_.step);
    x = parameter_.low + steps * parameter_.step;
  } else if (parameter_.logarithmic) {
    x = std::exp(x);
  }
  return std::clamp(x, parameter_.low, parameter_.high);
}

size_t good_trials(size_t trials) { return std::min<size_t>((trials + 9) / 10, 25); }

double tpe_value(const SearchParameter& parameter, const std::vector<double>& good, const std::vector<double>& others,
                 Random& random) {
  if (parameter.zero > 0 && tpe_zero(good, others, random)) return 0;
  const ParzenDensity of_good(parameter, good), of_others(parameter, others);
  double best = 0, best_ratio = -INFINITY;
  for (int i = 0; i < kDrawn; ++i) {
    const double value = of_good.draw(random);
    const double ratio = of_good.log_density(value) - of_others.log_density(value);
    if (ratio > best_ratio) {
      best = value;
      best_ratio = ratio;
    }
  }
  return best;
}

}  // namespace reszoo::detail

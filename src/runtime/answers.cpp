#include "runtime/answers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/date_words.h"
#include "reszoo/preprocess/number_words.h"

namespace reszoo::detail {
namespace {

using Numbers = std::vector<double>;

constexpr double kNoAnswer = std::numeric_limits<double>::quiet_NaN();

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// Returns the softmax of scores.
Numbers softmax(Numbers scores) {
  const double most = *std::ranges::max_element(scores);
  double sum = 0;
  for (auto& score : scores) sum += score = std::exp(score - most);
  for (auto& score : scores) score /= sum;
  return scores;
}

/// Converts P(y > 0), P(y > 1), … to P(y = 0), P(y = 1), …. The first are trained independently; the running minimum
/// makes them descending.
Numbers between_levels(const Numbers& above) {
  Numbers chances;
  double before = 1;
  for (const double one : above) {
    const double now = std::min(before, one);
    chances.push_back(before - now);
    before = now;
  }
  chances.push_back(before);
  return chances;
}

/// Returns the logarithm of a chance, which is not infinite.
double log_of(double chance) { return std::log(std::max(chance, std::numeric_limits<double>::min())); }

bool all_finite(const Numbers& values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

/// Marks a prediction as none: NaN for each number, and "" for each text.
void mark_unanswered(Prediction& said) {
  said.answered = false;
  said.value = kNoAnswer;
  said.label.clear();
  std::ranges::fill(said.probabilities, kNoAnswer);
  std::ranges::fill(said.values, kNoAnswer);
  std::ranges::fill(said.labels, "");
}

void require_fits(bool holds, const char* what) {
  if (!holds) fail(ErrorKind::file, "target: its {} do not fit it", what);
}

}  // namespace

AnswerReader::AnswerReader(TargetSteps target) : target_(std::move(target)) {
  const bool labels = target_.task == Task::multilabel;
  const size_t limits = labels ? target_.names.size() : target_.task == Task::binary ? 1 : 0;
  const size_t degrees = target_.is_number() ? 0 : labels ? target_.names.size() : 1;
  thresholds_ = target_.thresholds.value_or(Numbers(limits, 0.5));
  temperatures_ = target_.temperatures.value_or(Numbers(degrees, 1.0));
  const auto positive = [](double value) { return value > 0 && std::isfinite(value); };
  require_fits(thresholds_.size() == limits, "thresholds");
  require_fits(temperatures_.size() == degrees && std::ranges::all_of(temperatures_, positive), "temperatures");
  require_fits(target_.task != Task::quantile || !target_.quantiles.empty(), "quantiles");
}

size_t AnswerReader::outputs() const {
  switch (target_.task) {
    case Task::regression:
    case Task::count:
    case Task::multilabel: return target_.names.size();
    case Task::quantile: return target_.quantiles.size();
    case Task::ordinal: return target_.classes.size() - 1;
    case Task::binary:
    case Task::multiclass: break;
  }
  return target_.classes.size();
}

/// Returns the members' average: of numbers, or of chances. With the sign -1 the outputs are negated.
Numbers AnswerReader::averaged(std::span<const float> outputs, std::span<const double> shares, double sign) const {
  const auto width = this->outputs();
  Numbers mean(width, 0);
  for (size_t member = 0; member < shares.size(); ++member) {
    Numbers each(width);
    for (size_t i = 0; i < width; ++i) each[i] = sign * static_cast<double>(outputs[member * width + i]);
    if (is_softmax()) each = softmax(std::move(each));
    for (size_t i = 0; i < width; ++i) {
      const double one = is_softmax() || target_.task == Task::regression || target_.task == Task::quantile ? each[i]
                         : target_.task == Task::count ? std::exp(each[i])
                                                       : sigmoid(each[i]);
      mean[i] += shares[member] * one;
    }
  }
  return mean;
}

std::string AnswerReader::text_of_number(double value) const {
  const bool date = target_.readings.size() == 1 && target_.readings.front().kind == ColumnKind::date;
  return date ? date_text(target_.whole_days ? std::round(value) : value) : number_text(value);
}

/// Returns the value at 0.5 between ascending quantiles, or that of the nearest one if all are on one side.
double AnswerReader::median_of(const Numbers& values) const {
  const auto& levels = target_.quantiles;
  const auto above = static_cast<size_t>(std::ranges::lower_bound(levels, 0.5) - levels.begin());
  if (above == levels.size()) return values.back();
  if (levels[above] == 0.5 || above == 0) return values[above];
  const double part = (0.5 - levels[above - 1]) / (levels[above] - levels[above - 1]);
  return values[above - 1] + part * (values[above] - values[above - 1]);
}

void AnswerReader::read_number(const Numbers& mean, Prediction& said) const {
  constexpr double most = std::numeric_limits<double>::max();
  for (size_t i = 0; i < mean.size(); ++i) {
    const auto place = std::min(i, target_.scale.size() - 1);
    const double value = mean[i] * target_.scale[place] + target_.mean[place];
    said.values.push_back(std::isfinite(mean[i]) ? std::clamp(value, -most, most) : value);
  }
  if (target_.task == Task::quantile) std::ranges::sort(said.values);
  for (const double value : said.values) said.labels.push_back(text_of_number(value));
  said.value = target_.task == Task::quantile ? median_of(said.values) : said.values.front();
  said.label = text_of_number(said.value);
}

/// Returns the chances after calibration; those of `ordinal` are P(y > 0), P(y > 1), ….
Numbers AnswerReader::calibrated(std::span<const float> outputs, std::span<const double> shares,
                                 const Numbers& chances) const {
  if (std::ranges::all_of(temperatures_, [](double t) { return t == 1; })) return chances;
  Numbers scores;
  for (const double chance : chances) scores.push_back(log_of(chance));
  if (is_softmax()) {
    for (auto& score : scores) score /= temperatures_.front();
    return softmax(std::move(scores));
  }
  const auto against = averaged(outputs, shares, -1);  // 1 - p has lost the digits of a p near 1
  double least = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < scores.size(); ++i) {
    scores[i] -= log_of(against[i]);
    if (target_.task == Task::ordinal) scores[i] = least = std::min(least, scores[i]);
    scores[i] = sigmoid(scores[i] / temperatures_[std::min(i, temperatures_.size() - 1)]);
  }
  return scores;
}

void AnswerReader::read_classes(std::span<const float> outputs, std::span<const double> shares,
                                Prediction& said) const {
  const auto mean = averaged(outputs, shares, 1);
  const auto chances = calibrated(outputs, shares, mean);
  said.probabilities = target_.task == Task::ordinal ? between_levels(chances) : chances;
  if (!all_finite(said.probabilities)) {
    said.labels.assign(target_.labels.empty() ? 1 : target_.labels.size(), "");
    return;
  }
  if (target_.task == Task::multilabel) {
    for (size_t i = 0; i < chances.size(); ++i)
      said.labels.push_back(target_.labels[i][chances[i] >= thresholds_[i] ? 1 : 0]);
  } else {
    size_t chosen = 0;
    if (target_.task == Task::multiclass) {
      chosen = static_cast<size_t>(std::ranges::max_element(mean) - mean.begin());
    } else if (target_.task == Task::binary) {
      chosen = chances[1] >= thresholds_.front() ? 1 : 0;
    } else {
      // The median: the first class up to which the probabilities sum to one half.
      double sum = 0;
      const auto plain = between_levels(mean);
      for (const double chance : plain) chosen += (sum += chance) < 0.5 ? 1 : 0;
      chosen = std::min(chosen, target_.classes.size() - 1);
    }
    said.labels.push_back(target_.classes[chosen]);
  }
  said.label = said.labels.front();
}

Prediction AnswerReader::read(std::span<const float> outputs, std::span<const double> shares) const {
  Prediction said;
  if (target_.is_number()) read_number(averaged(outputs, shares, 1), said);
  else read_classes(outputs, shares, said);
  const bool nan = std::ranges::any_of(outputs, [](float value) { return std::isnan(value); });
  if (nan || !all_finite(said.probabilities) || !all_finite(said.values)) mark_unanswered(said);
  return said;
}

}  // namespace reszoo::detail

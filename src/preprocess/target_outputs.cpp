// Converts the outputs of a network to predictions.
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/dates.h"
#include "reszoo/preprocess/target.h"

namespace reszoo {
namespace {

/// Creates a column of words that are selected by class.
Column words_of(std::string name, const Tensor& codes, const std::vector<std::string>& words) {
  return {std::move(name), Column::Kind::text, {}, codes, words};
}

Column numbers_of(std::string name, const Tensor& values) {
  return {std::move(name), Column::Kind::number, values.to(torch::kFloat64).contiguous(), {}, {}};
}

/// Converts P(y > 0), P(y > 1), … to P(y = 0), P(y = 1), …. The probabilities P(y > k) are trained independently; the
/// running minimum makes them descending.
Tensor between(const Tensor& above) {
  const auto falling = std::get<0>(above.cummin(1));
  const auto ends = falling.new_ones({falling.size(0), 1});
  return torch::cat({ends, falling}, 1) - torch::cat({falling, torch::zeros_like(ends)}, 1);
}

}  // namespace

int64_t Target::outputs() const {
  switch (task_) {
    case Task::regression:
    case Task::count:
    case Task::multilabel: return static_cast<int64_t>(names_.size());
    case Task::quantile: return static_cast<int64_t>(quantiles_.size());
    case Task::ordinal: return static_cast<int64_t>(classes_.size()) - 1;
    case Task::binary:
    case Task::multiclass: break;
  }
  return static_cast<int64_t>(classes_.size());
}

std::string Target::name() const { return fmt::format("{}", fmt::join(names_, ", ")); }

/// Returns the outputs as (N, k, outputs()).
Tensor Target::members(const Tensor& outputs) const {
  const bool fits = (outputs.dim() == 2 || outputs.dim() == 3) && outputs.size(-1) == this->outputs();
  if (!fits)
    fail(ErrorKind::input, "target \"{}\": outputs must be (N, {}), got shape={}", name(), this->outputs(),
         fmt::join(outputs.sizes(), "x"));
  return outputs.dim() == 2 ? outputs.unsqueeze(1) : outputs;
}

/// Converts standardised values (N, T) to the unit of the target, where T is the number of targets or of quantiles.
Tensor Target::in_unit(const Tensor& numbers) const {
  const auto given = numbers.to(torch::kCPU, torch::kFloat64);
  auto values = given * row_of(scale_) + row_of(mean_);
  // Targets near the end of the range of numbers may have predictions beyond it.
  constexpr double most = std::numeric_limits<double>::max();
  values = torch::where(given.isfinite(), values.clamp(-most, most), values);
  return values.size(1) == 1 ? values.squeeze(1) : values;
}

/// Returns the members' average probabilities, before calibration. Those of `ordinal` are P(y > 0), P(y > 1), ….
Tensor Target::averaged(const Tensor& outputs) const {
  if (is_number())
    fail(ErrorKind::usage, "target \"{}\": probabilities need classes, got task={}", name(), text_of(task_));
  const auto each = members(outputs);
  return is_softmax() ? each.softmax(2).mean(1) : each.sigmoid().mean(1);
}

Tensor Target::logits(const Tensor& outputs) const {
  const auto log = [](const Tensor& chances) {
    return chances.to(torch::kFloat64).clamp_min(std::numeric_limits<double>::min()).log();
  };
  const auto chances = log(averaged(outputs));
  if (is_softmax()) return chances;
  const auto odds = chances - log(averaged(-outputs));  // 1 - p has lost the digits of a p near 1
  return task_ == Task::ordinal ? std::get<0>(odds.cummin(1)) : odds;
}

Tensor Target::probabilities(const Tensor& outputs) const {
  const bool calibrated = std::any_of(temperatures_.begin(), temperatures_.end(), [](double t) { return t != 1; });
  auto chances = calibrated ? Tensor() : averaged(outputs);
  if (calibrated) {
    const auto scores = logits(outputs) / row_of(temperatures_).to(outputs.device());
    chances = (is_softmax() ? scores.softmax(1) : scores.sigmoid()).to(outputs.scalar_type());
  }
  return task_ == Task::ordinal ? between(chances) : chances;
}

Tensor Target::decode(const Tensor& outputs) const {
  if (is_number()) {
    const auto each = members(outputs);
    const auto numbers = in_unit(task_ == Task::count ? each.to(torch::kFloat64).exp().mean(1) : each.mean(1));
    return task_ == Task::quantile && numbers.dim() == 2 ? std::get<0>(numbers.sort(1)) : numbers;
  }
  if (task_ == Task::multiclass) return averaged(outputs).argmax(1);
  // The median of an ordinal class: the first class up to which the probabilities sum to one half.
  if (task_ == Task::ordinal) return (between(averaged(outputs)).cumsum(1) < 0.5).sum(1);
  const auto chances = probabilities(outputs);
  const auto limits = row_of(thresholds_).to(chances.device(), chances.scalar_type());
  if (task_ == Task::binary) return (chances.select(1, 1) >= limits[0]).to(torch::kInt64);
  return (chances >= limits).to(torch::kInt64);
}

Tensor Target::truth(const Tensor& encoded) const {
  return is_number() ? in_unit(encoded) : encoded.to(torch::kCPU, torch::kInt64);
}

Column Target::column_of(std::string name, const Tensor& numbers) const {
  auto column = numbers_of(std::move(name), numbers);
  column.date = is_date();
  column.whole_days = whole_days_;
  if (whole_days_) column.numbers = column.numbers.round();
  return column;
}

std::string Target::text_of_number(double value) const {
  return is_date() ? date_text(whole_days_ ? std::round(value) : value) : number_text(value);
}

Tensor Target::median_of(const Tensor& decoded) const {
  const auto all = decoded.dim() == 1 ? decoded.unsqueeze(1) : decoded;
  const auto above = std::lower_bound(quantiles_.begin(), quantiles_.end(), 0.5) - quantiles_.begin();
  if (above == std::ssize(quantiles_)) return {};
  const double high = quantiles_[static_cast<size_t>(above)];
  if (high == 0.5) return all.select(1, above);
  if (above == 0) return {};
  const double low = quantiles_[static_cast<size_t>(above - 1)];
  return all.select(1, above - 1).lerp(all.select(1, above), (0.5 - low) / (high - low));
}

Frame Target::table(const Tensor& outputs, bool with_probabilities) const {
  Frame frame;
  const auto column = [&](size_t i) { return names_.size() == 1 ? "prediction" : "prediction_" + names_[i]; };
  const auto decoded = decode(outputs).cpu();
  if (task_ == Task::quantile) {
    const auto all = decoded.dim() == 1 ? decoded.unsqueeze(1) : decoded;
    if (const auto median = median_of(all); median.defined()) frame.columns.push_back(column_of("prediction", median));
    for (size_t i = 0; i < quantiles_.size(); ++i)
      frame.columns.push_back(
          column_of("quantile_" + number_text(quantiles_[i]), all.select(1, static_cast<int64_t>(i))));
    return frame;
  }
  for (size_t i = 0; i < names_.size(); ++i) {
    const auto values =
        names_.size() == 1 ? decoded.flatten() : decoded.select(1, static_cast<int64_t>(i)).contiguous();
    if (is_number()) frame.columns.push_back(column_of(column(i), values));
    else frame.columns.push_back(words_of(column(i), values, labels_.empty() ? classes_ : labels_[i]));
  }
  if (!with_probabilities || is_number()) return frame;
  const auto chances = probabilities(outputs).cpu();
  const auto& of = labels_.empty() ? classes_ : names_;
  for (size_t i = 0; i < of.size(); ++i)
    frame.columns.push_back(numbers_of("probability_" + of[i], chances.select(1, static_cast<int64_t>(i))));
  return frame;
}

}  // namespace reszoo

#include "number_scaler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "normal_quantile.h"
#include "reszoo/base/error.h"
#include "reszoo/base/names.h"

namespace reszoo {
namespace {

constexpr Named<Scaling> kScalings[] = {{"quantile", Scaling::quantile},
                                        {"standard", Scaling::standard},
                                        {"robust", Scaling::robust},
                                        {"smooth", Scaling::smooth},
                                        {"none", Scaling::none}};

}  // namespace

Scaling parse_scaling(std::string_view text) { return parse_name("scaling", kScalings, text); }

std::string text_of(Scaling scaling) { return name_of(kScalings, scaling); }

namespace detail {

double power_unit(double most) {
  const bool ordinary = most == 0 || (most > 1e-100 && most < 1e100);
  return ordinary ? 1 : std::ldexp(1.0, std::max(std::ilogb(most), -1000));
}

std::vector<double> level_list(int64_t count) {
  const double step = 1.0 / static_cast<double>(std::max<int64_t>(count - 1, 1));
  std::vector<double> levels;
  for (int64_t i = 0; i < count; ++i) levels.push_back(static_cast<double>(i) * step);
  if (count > 1) levels.back() = 1.0;
  return levels;
}

double limit_of(Scaling scaling) { return scaling == Scaling::none ? 1e30 : 1e15; }

NumberScaler::NumberScaler(Scaling scaling, size_t columns, const FittedNumbers& fitted) : scaling_(scaling) {
  const auto values = [&](const char* key) {
    const auto found = fitted.find(key);
    return found == fitted.end() ? std::vector<double>() : found->second;
  };
  if (scaling != Scaling::quantile) {
    middle_ = values(scaling == Scaling::robust || scaling == Scaling::smooth ? "median" : "mean");
    scale_ = values("scale");
    return;
  }
  const auto quantiles = values("quantiles"), thresholds = values("thresholds");
  const auto count = quantiles.size() / columns;
  levels_ = level_list(static_cast<int64_t>(count));
  for (size_t column = 0; column < columns; ++column) {
    std::vector<double> points;
    double most = 0;
    for (size_t i = 0; i < count; ++i) {
      points.push_back(quantiles[i * columns + column]);
      most = std::max(most, std::abs(points.back()));
    }
    const double unit = power_unit(most);
    for (auto& point : points) point /= unit;
    // A file without thresholds has scikit-learn's.
    const double near = (thresholds.empty() ? bounds_threshold : thresholds[column]) / unit;
    quantiles_.push_back({QuantileLevels(std::move(points), levels_, near), unit});
  }
}

double NumberScaler::to_normal(size_t column, double value) const {
  const auto& [levels, unit] = quantiles_[column];
  constexpr double least = bounds_threshold - std::numeric_limits<double>::epsilon();
  return normal_quantile(std::clamp(levels.level_of(value / unit), least, 1 - least));
}

/// Returns (value - middle) / scale, of which the difference may be infinite.
double NumberScaler::standardized(size_t column, double value) const {
  const double middle = middle_[column], scale = scale_[column], distance = value - middle;
  const double z = std::isfinite(distance) ? distance / scale : (value / 2 - middle / 2) / (scale / 2);
  const double limit = limit_of(scaling_);
  return std::clamp(z, -limit, limit);
}

double NumberScaler::scaled(size_t column, double value) const {
  if (std::isnan(value)) return scaling_ == Scaling::none ? middle_[column] : 0;
  switch (scaling_) {
    case Scaling::quantile: return to_normal(column, value);
    case Scaling::standard:
    case Scaling::robust: return standardized(column, value);
    case Scaling::smooth: {
      const double z = standardized(column, value), third = z / 3;
      return z / std::sqrt(1 + third * third);
    }
    case Scaling::none: return std::clamp(value, -limit_of(scaling_), limit_of(scaling_));
  }
  fail(ErrorKind::usage, "Scaling: unknown kind {}", static_cast<int>(scaling_));
}

}  // namespace detail
}  // namespace reszoo

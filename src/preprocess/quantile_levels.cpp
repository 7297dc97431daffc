// Where numbers lie among the quantiles of their column: the mean of two of numpy's `interp`.
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "reszoo/base/parallel.h"
#include "scaler_fit.h"

namespace reszoo::detail {
namespace {

/// The quantiles of a column, and their levels.
struct Quantiles {
  const double *values, *levels;
  int64_t count;
};

// Each step is a statement of its own: a fused multiply-add would change the last bit on other processors.

/// Returns a point of the line from (x0, y0) to (x1, y1).
double on_line(double x, double x0, double y0, double x1, double y1) {
  const double rise = y1 - y0, run = x1 - x0, slope = rise / run, distance = x - x0;
  const double risen = slope * distance;
  if (std::isfinite(slope)) return risen + y0;
  const double part = distance / run;  // the slope would overflow
  const double slowly_risen = part * rise;
  return slowly_risen + y0;
}

/// Returns the level of x from below; `above` is the number of quantiles up to x.
double rising(const Quantiles& q, double x, int64_t above) {
  const auto last = q.count - 1, left = std::clamp<int64_t>(above - 1, 0, last);
  if (x <= q.values[left] || left == last) return q.levels[left];
  return on_line(x, q.values[left], q.levels[left], q.values[left + 1], q.levels[left + 1]);
}

/// Returns minus the level of x from above, with the axis turned around; `below` is the number of quantiles below x.
double falling(const Quantiles& q, double x, int64_t below) {
  const auto last = q.count - 1, left = last - std::clamp<int64_t>(q.count - below - 1, 0, last);
  if (-x <= -q.values[left] || left == 0) return -q.levels[left];
  return on_line(-x, -q.values[left], -q.levels[left], -q.values[left - 1], -q.levels[left - 1]);
}

double level_of(const Quantiles& q, double x, double near) {
  const auto* end = q.values + q.count;
  const auto* after = std::upper_bound(q.values, end, x);
  const bool equal = after != q.values && after[-1] == x;
  const auto* first = equal ? std::lower_bound(q.values, after, x) : after;
  // The mean of both directions is the middle of repeated quantiles.
  double level = 0.5 * (rising(q, x, after - q.values) - falling(q, x, first - q.values));
  if (x + near > end[-1]) level = 1;
  if (x - near < q.values[0]) level = 0;
  return level;
}

}  // namespace

Tensor quantile_levels(const Tensor& values, const Tensor& quantiles, const Tensor& unit, const Tensor& near) {
  constexpr int64_t kRowsOfATask = 4096;
  const auto rows = values.size(0), columns = values.size(1);
  const auto points = (quantiles / unit).t().contiguous(), levels = reference_levels(quantiles.size(0)).contiguous();
  const auto x = values.contiguous(), units = unit.contiguous(), margins = (near / unit).contiguous();
  auto found = torch::empty({rows, columns}, torch::kFloat64);
  auto* to = found.mutable_data_ptr<double>();
  const auto* from = x.const_data_ptr<double>();
  parallel((rows + kRowsOfATask - 1) / kRowsOfATask, [&](int64_t task) {
    const auto first = task * kRowsOfATask, end = std::min(first + kRowsOfATask, rows);
    for (int64_t column = 0; column < columns; ++column) {
      const Quantiles q{points.const_data_ptr<double>() + column * points.size(1), levels.const_data_ptr<double>(),
                        points.size(1)};
      const double by = units.const_data_ptr<double>()[column], margin = margins.const_data_ptr<double>()[column];
      for (int64_t i = first * columns + column; i < end * columns; i += columns)
        to[i] = std::isnan(from[i]) ? from[i] : level_of(q, from[i] / by, margin);
    }
  });
  return found;
}

}  // namespace reszoo::detail

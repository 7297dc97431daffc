#include "reszoo/preprocess/bins.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/quantile.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "reszoo/base/blocks.h"
#include "reszoo/base/error.h"
#include "reszoo/base/limited_parallel.h"
#include "tree_bins.h"

namespace reszoo {
namespace {

constexpr float kFloatEpsilon = std::numeric_limits<float>::epsilon();
constexpr int64_t kQuantileRows = int64_t{1} << 24;  // at::quantile takes no more

/// Returns the columns as contiguous float32 rows (columns, N).
at::Tensor finite_columns(const at::Tensor& x, const char* function) {
  if (x.dim() != 2 || x.size(0) < 1)
    fail(ErrorKind::input, "{}: x must be (N, columns) with a row or more, got ({})", function,
         fmt::join(x.sizes(), ", "));
  if (has_row(x, [](const at::Tensor& rows) { return ~rows.isfinite().all(1); }))
    fail(ErrorKind::input, "{}: every number must be finite", function);
  return x.detach().to(at::kCPU, at::kFloat).t().contiguous();
}

/// Sorts the edges and removes repeated ones; if only one is left, a second one is added. Interpolation between equal
/// numbers can differ from them by rounding: a bin between two such edges would be so narrow that the position of a
/// number in it is noise.
std::vector<double> as_edges(std::vector<float> edges) {
  std::sort(edges.begin(), edges.end());
  const auto same = [](float a, float b) { return b - a <= 4 * kFloatEpsilon * std::max(std::abs(a), std::abs(b)); };
  edges.erase(std::unique(edges.begin(), edges.end(), same), edges.end());
  if (edges.size() == 1) edges.push_back(edges[0] + std::max(1.0f, std::abs(edges[0])));
  return {edges.begin(), edges.end()};
}

std::vector<float> to_vector(const at::Tensor& x) {
  const auto* begin = x.const_data_ptr<float>();
  return {begin, begin + x.numel()};
}

}  // namespace

Bins quantile_bins(const at::Tensor& x, int64_t count) {
  if (count < 1) fail(ErrorKind::usage, "quantile_bins: count must be 1 or more, got {}", count);
  const auto columns = finite_columns(x, "quantile_bins");
  const auto quantiles = at::linspace(0.0, 1.0, count + 1);
  const int64_t step = (columns.size(1) + kQuantileRows - 1) / kQuantileRows;
  Bins bins;
  for (int64_t i = 0; i < columns.size(0); ++i) {
    const auto edges = at::quantile(columns[i].slice(0, 0, std::nullopt, step), quantiles);
    bins.push_back(as_edges(to_vector(edges.contiguous())));
  }
  return bins;
}

Bins tree_bins(const at::Tensor& x, const at::Tensor& y, const TreeBinsOptions& options) {
  if (options.bins < 1 || options.min_samples_leaf < 1)
    fail(ErrorKind::usage, "tree_bins: bins and min_samples_leaf must be 1 or more, got bins={}, min_samples_leaf={}",
         options.bins, options.min_samples_leaf);
  const auto columns = finite_columns(x, "tree_bins");
  if (y.dim() != 1 || y.size(0) != columns.size(1))
    fail(ErrorKind::input, "tree_bins: y must be ({}), got ({})", columns.size(1), fmt::join(y.sizes(), ", "));
  const auto targets = y.detach().to(at::kCPU, at::kDouble).contiguous();
  const double* target = targets.const_data_ptr<double>();
  Bins bins(static_cast<size_t>(columns.size(0)));
  limited_parallel(columns.size(0), at::get_num_threads(), [&](int64_t i) {
    const auto column = to_vector(columns[i]);
    auto edges = tree_thresholds(column, {target, target + column.size()}, options);
    edges.push_back(*std::min_element(column.begin(), column.end()));
    edges.push_back(*std::max_element(column.begin(), column.end()));
    bins[static_cast<size_t>(i)] = as_edges(std::move(edges));
  });
  return bins;
}

}  // namespace reszoo

#include "reszoo/metrics/shapley.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/base/permutation.h"

namespace reszoo {
namespace {

/// Values that are held at once by the rows of one call.
constexpr int64_t kMostValues = int64_t{1} << 22;

/// Returns the feature of each column. Shape: (D) int64.
Tensor feature_of_columns(const std::vector<std::vector<int64_t>>& features, int64_t columns) {
  auto feature = at::full({columns}, -1, at::kLong);
  int64_t named = 0;
  for (size_t i = 0; i < features.size(); ++i)
    for (const auto column : features[i]) {
      if (column < 0 || column >= columns)
        fail(ErrorKind::input, "shapley_values: a feature has column {} of {}", column, columns);
      feature[column] = static_cast<int64_t>(i);
      ++named;
    }
  if (named != columns || feature.lt(0).any().item<bool>())
    fail(ErrorKind::input, "shapley_values: each of {} columns must be in one feature", columns);
  return feature;
}

void check_shapes(const Tensor& rows, const Tensor& background, const Tensor& output, const ShapleyOptions& options) {
  if (rows.dim() != 2 || background.dim() != 2 || rows.size(1) != background.size(1) || background.size(0) == 0)
    fail(ErrorKind::input, "shapley_values: background rows must have the columns of the rows, got shape={} and {}",
         fmt::join(background.sizes(), "x"), fmt::join(rows.sizes(), "x"));
  if (output.defined() && output.numel() != rows.size(0))
    fail(ErrorKind::input, "shapley_values: must have an output for each of {} rows, got {}", rows.size(0),
         output.numel());
  if (options.rounds < 1) fail(ErrorKind::usage, "shapley_values: needs a round, got rounds={}", options.rounds);
}

/// Returns the values of rows (N, C); those of one value are (N, 1).
Tensor values_of_rows(const RowFunction& function, const Tensor& rows) {
  return function(rows).to(at::kCPU, at::kDouble).reshape({rows.size(0), -1});
}

/// A permutation of the features that is walked in both directions.
struct Walk {
  Tensor order;  ///< (features) int64
  /// (2 (features - 1), D) bool: which columns have been taken over after each step but the last, in both directions.
  Tensor taken;
};

Walk walk_of(const Tensor& order, const Tensor& feature) {
  const auto count = order.size(0);
  const auto place = order.argsort().index_select(0, feature).unsqueeze(0);  // of each column
  const auto steps = at::arange(1, count, at::kLong).unsqueeze(1);
  return {order, at::cat({place < steps, place >= count - steps})};
}

/// Adds the steps of a walk in both directions. Shape: first and last (N, 1), between (N, 2 (features - 1)).
void add_steps(Tensor& sum, const Walk& walk, const Tensor& first, const Tensor& between, const Tensor& last) {
  const auto steps = walk.order.size(0) - 1;
  const auto forward = at::cat({first, between.slice(1, 0, steps), last}, 1).diff(1, 1);
  const auto backward = at::cat({first, between.slice(1, steps), last}, 1).diff(1, 1);
  sum.index_add_(1, walk.order, forward + backward.flip(1));
}

}  // namespace

ShapleyValues shapley_values(const RowFunction& function, const Tensor& rows, const Tensor& background,
                             const std::vector<std::vector<int64_t>>& features, const Tensor& output,
                             const ShapleyOptions& options) {
  check_shapes(rows, background, output, options);
  const auto feature = feature_of_columns(features, rows.size(1));
  const auto count = std::ssize(features), walks = background.size(0) * options.rounds, steps = 2 * (count - 1);
  const auto of_background = values_of_rows(function, background);  // (B, C)
  const auto outputs = output.defined() ? output.to(at::kCPU, at::kLong) : at::zeros({rows.size(0)}, at::kLong);
  const auto cost = std::max<int64_t>(steps, 1);
  const auto together = std::max<int64_t>(1, std::min(options.batch_size / cost, kMostValues / (cost * rows.size(1))));
  ShapleyValues result{of_background.mean(0).index_select(0, outputs), at::zeros({rows.size(0), count}, at::kDouble)};
  for (int64_t begin = 0; begin < rows.size(0); begin += together) {
    const auto some = rows.slice(0, begin, begin + together);
    const auto which = outputs.slice(0, begin, begin + together).unsqueeze(1);
    auto sum = result.contributions.slice(0, begin, begin + together);
    const auto last = values_of_rows(function, some).gather(1, which);
    for (int64_t i = 0; i < walks; ++i) {
      const auto row = i % background.size(0);
      const auto walk = walk_of(permutation(count, options.seed, i), feature);
      const auto first = of_background[row].index_select(0, which.squeeze(1)).unsqueeze(1);
      auto between = at::empty({some.size(0), 0}, at::kDouble);
      if (steps > 0) {
        const auto mixed = at::where(walk.taken.unsqueeze(0), some.unsqueeze(1), background[row]);
        const auto values = values_of_rows(function, mixed.flatten(0, 1)).reshape({some.size(0), steps, -1});
        between = values.gather(2, which.unsqueeze(1).expand({-1, steps, 1})).squeeze(2);
      }
      add_steps(sum, walk, first, between, last);
    }
  }
  result.contributions /= 2 * walks;
  return result;
}

}  // namespace reszoo

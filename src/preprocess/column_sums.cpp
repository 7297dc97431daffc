#include "column_sums.h"

#include <torch/types.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

namespace reszoo::detail {
namespace {

constexpr int kLanes = 4, kLevels = 4;

using Lanes = std::array<double, kLanes>;

/// Sums `term(i)` for i < rows * kLanes, each lane on its own: runs of a power of two are summed, then runs of runs, so
/// that rounding errors grow slowly.
template <typename Term>
Lanes lane_sums(int64_t rows, const Term& term) {
  const int64_t log = rows <= 2 ? 1 : std::bit_width(static_cast<uint64_t>(rows - 1));
  const int64_t power = std::max<int64_t>(4, log / kLevels), step = int64_t{1} << power, mask = step - 1;
  std::array<Lanes, kLevels> sums{};
  int64_t row = 0;
  const auto add_row = [&] {
    for (int lane = 0; lane < kLanes; ++lane) sums[0][lane] += term(row * kLanes + lane);
    ++row;
  };
  while (row + step <= rows) {
    for (int64_t i = 0; i < step; ++i) add_row();
    for (int level = 1; level < kLevels; ++level) {
      for (int lane = 0; lane < kLanes; ++lane) sums[level][lane] += std::exchange(sums[level - 1][lane], 0.0);
      if ((row & (mask << (level * power))) != 0) break;
    }
  }
  while (row < rows) add_row();
  for (int level = 1; level < kLevels; ++level)
    for (int lane = 0; lane < kLanes; ++lane) sums[0][lane] += sums[level][lane];
  return sums[0];
}

template <typename Term>
double sum_of_terms(int64_t count, const Term& term) {
  auto sums = lane_sums(count / kLanes, term);
  for (auto i = count / kLanes * kLanes; i < count; ++i) sums[0] += term(i);
  for (int lane = 1; lane < kLanes; ++lane) sums[0] += sums[lane];
  return sums[0];
}

}  // namespace

Moments moments_of(const at::Tensor& values) {
  const auto dense = values.contiguous();
  const auto* value = dense.const_data_ptr<double>();
  const auto rows = dense.numel();
  Moments moments{.count = std::count_if(value, value + rows, [](double x) { return !std::isnan(x); })};
  const auto count = static_cast<double>(moments.count);
  moments.mean = sum_of_terms(rows, [&](int64_t i) { return std::isnan(value[i]) ? 0.0 : value[i]; }) / count;
  const auto squares = [&](int64_t i) {
    const double distance = value[i] - moments.mean, square = distance * distance;
    return std::isnan(square) ? 0.0 : square;
  };
  moments.variance = sum_of_terms(rows, squares) / count;
  return moments;
}

}  // namespace reszoo::detail

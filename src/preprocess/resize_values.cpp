#include "resize_axis.h"

namespace reszoo {
namespace {

/// For each output along an axis: its first input, and the shares of the inputs from there on.
struct Shares {
  std::vector<int64_t> first;
  std::vector<std::vector<double>> of;
};

/// Inputs count from `origin`.
Shares all_shares(const Axis& axis, int64_t origin, const Filter& filter) {
  Shares shares;
  for (int64_t i = axis.begin; i < axis.begin + axis.count; ++i) {
    shares.first.push_back(covered(axis, i, filter.support).first - origin);
    shares_of(axis, i, filter, shares.of.emplace_back());
  }
  return shares;
}

ImageValues resize_value_columns(ImageValues from, const Axis& axis, int64_t origin, const Filter& filter) {
  if (axis.inputs == axis.outputs) return from;
  const auto shares = all_shares(axis, origin, filter);
  ImageValues result(from.height, axis.count, from.channels);
  for (int64_t y = 0; y < from.height; ++y) {
    auto* to = result.row(y);
    for (size_t x = 0; x < shares.of.size(); ++x)
      for (int64_t c = 0; c < from.channels; ++c) {
        const auto* value = from.row(y) + shares.first[x] * from.channels + c;
        double sum = 0;
        for (const double share : shares.of[x]) {
          sum += *value * share;
          value += from.channels;
        }
        *to++ = static_cast<float>(sum);
      }
  }
  return result;
}

ImageValues resize_value_rows(ImageValues from, const Axis& axis, int64_t origin, const Filter& filter) {
  if (axis.inputs == axis.outputs) return from;
  const auto shares = all_shares(axis, origin, filter);
  ImageValues result(axis.count, from.width, from.channels);
  std::vector<double> sums(static_cast<size_t>(from.row_size()));
  for (size_t y = 0; y < shares.of.size(); ++y) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (size_t k = 0; k < shares.of[y].size(); ++k) {
      const auto* value = from.row(shares.first[y] + static_cast<int64_t>(k));
      for (auto& sum : sums) sum += *value++ * shares.of[y][k];
    }
    std::transform(sums.begin(), sums.end(), result.row(static_cast<int64_t>(y)),
                   [](double sum) { return static_cast<float>(sum); });
  }
  return result;
}

}  // namespace

ImageValues resize_values(const LazyImage& image, const Box& box, int64_t height, int64_t width, const Box& window,
                          int64_t channels, Interpolation interpolation) {
  const auto plan = resize_plan(box, height, width, window, interpolation);
  const auto rows = [&](ImageValues part) {
    return resize_value_rows(std::move(part), plan.down, plan.top, plan.filter);
  };
  const auto columns = [&](ImageValues part) {
    return resize_value_columns(std::move(part), plan.across, plan.left, plan.filter);
  };
  auto part = read_values(image, plan.part, channels);
  return plan.rows_first ? columns(rows(std::move(part))) : rows(columns(std::move(part)));
}

}  // namespace reszoo

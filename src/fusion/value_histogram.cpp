#include "fusion/value_histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace reszoo::detail {
namespace {

constexpr int64_t kSample = 200'000;  // values of a tensor that are counted

}  // namespace

void ValueHistogram::add(const at::Tensor& values) {
  const auto flat = values.reshape({-1});
  const auto step = std::max<int64_t>(1, flat.numel() / kSample);
  // An even step would meet the same channels again and again.
  const auto sample = flat.slice(0, 0, std::nullopt, step | 1).contiguous();
  const auto* data = sample.const_data_ptr<float>();
  double most = 0;
  for (int64_t i = 0; i < sample.numel(); ++i) most = std::max(most, std::abs(static_cast<double>(data[i])));
  if (!std::isfinite(most)) return;  // reported with the averages
  grow(most);
  const auto of_bin = 1 / width();
  for (int64_t i = 0; i < sample.numel(); ++i) {
    const auto bin = static_cast<int64_t>((static_cast<double>(data[i]) + most_) * of_bin);
    counts_[static_cast<size_t>(std::clamp<int64_t>(bin, 0, kBins - 1))] += 1;
  }
}

void ValueHistogram::grow(double most) {
  if (counts_.empty()) {
    counts_.assign(kBins, 0);
    most_ = most > 0 ? most : 1;
  }
  while (most_ < most) {
    std::vector<double> joined(kBins, 0);
    for (int64_t bin = 0; bin < kBins; ++bin)
      joined[static_cast<size_t>(kBins / 4 + bin / 2)] += counts_[static_cast<size_t>(bin)];
    counts_ = std::move(joined);
    most_ *= 2;
  }
}

ValueRange ValueHistogram::percentile(double share) const {
  if (counts_.empty()) return {};
  const auto beyond = share * std::accumulate(counts_.begin(), counts_.end(), 0.0);
  int64_t low = 0, high = kBins - 1;
  for (double count = 0; low < kBins && (count += counts_[static_cast<size_t>(low)]) <= beyond;) ++low;
  for (double count = 0; high >= 0 && (count += counts_[static_cast<size_t>(high)]) <= beyond;) --high;
  return {static_cast<float>(std::min(0.0, middle(low) - width() / 2)),
          static_cast<float>(std::max(0.0, middle(high) + width() / 2))};
}

ValueRange ValueHistogram::least_error(int64_t levels) const {
  const auto all = percentile(0);
  auto best = all;
  double least = HUGE_VAL;
  constexpr int steps = 64;
  for (int i = steps; i > steps / 4; --i) {
    const double part = static_cast<double>(i) / steps;
    const double low = part * static_cast<double>(all.min), high = part * static_cast<double>(all.max);
    const double step = (high - low) / static_cast<double>(levels);
    double error = 0;
    for (int64_t bin = 0; bin < kBins; ++bin) {
      const auto count = counts_[static_cast<size_t>(bin)];
      if (count == 0) continue;
      const auto value = middle(bin), beyond = std::max({0.0, value - high, low - value});
      error += count * (beyond > 0 ? beyond * beyond : step * step / 12);
    }
    if (error < least) {
      least = error;
      best = {static_cast<float>(low), static_cast<float>(high)};
    }
  }
  return best;
}

}  // namespace reszoo::detail

/// Measures latencies.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

namespace reszoo {

/// Latencies of calls.
struct Latencies {
  std::vector<double> seconds;  ///< latency of each call, in ascending order
  double wall = 0;              ///< seconds from the start of the first call to the end of the last, over all streams

  /// Returns the quantile `q` in [0, 1] of the latencies: the fraction q of the calls takes less time.
  double quantile(double q) const;
};

/// Calls `call` repeatedly for `seconds`, and at least three times, from each of `streams` threads at the same time.
/// LibTorch's threads are divided among them. `call` must be thread-safe if `streams` > 1.
Latencies measure_latency(const std::function<void()>& call, double seconds, int streams = 1);

}  // namespace reszoo

/// How fast something answers.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

namespace reszoo {

/// Times of calls.
struct Latencies {
  std::vector<double> seconds;  ///< of each call, rising
  double wall = 0;              ///< seconds from the first call of the first stream to the last of the last

  /// The time that a share `q` of the calls, in [0, 1], stays below.
  double quantile(double q) const;
};

/// Calls `call` again and again for so many seconds, three times at least, from `streams` threads at once, each with
/// its share of LibTorch's threads. `call` is called from all of them at once.
Latencies measure_latency(const std::function<void()>& call, double seconds, int streams = 1);

}  // namespace reszoo

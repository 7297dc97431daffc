#include "reszoo/infer/latency.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace reszoo {
namespace {

using LatencyClock = std::chrono::steady_clock;

double seconds_since(LatencyClock::time_point begin) {
  return std::chrono::duration<double>(LatencyClock::now() - begin).count();
}

/// Measures the calls of one thread until the time is over, and at least three.
std::vector<double> stream_latencies(const std::function<void()>& call, double seconds) {
  const c10::InferenceMode inference;
  std::vector<double> each;
  for (const auto begin = LatencyClock::now(); each.size() < 3 || seconds_since(begin) < seconds;) {
    const auto before = LatencyClock::now();
    call();
    each.push_back(seconds_since(before));
  }
  return each;
}

}  // namespace

double Latencies::quantile(double q) const {
  return seconds[std::min(seconds.size() - 1, static_cast<size_t>(q * static_cast<double>(seconds.size())))];
}

Latencies measure_latency(const std::function<void()>& call, double seconds, int streams) {
  const auto threads = at::get_num_threads();
  std::vector<std::vector<double>> each(static_cast<size_t>(streams));
  std::vector<std::thread> running;
  const auto begin = LatencyClock::now();
  for (auto& of_stream : each)
    running.emplace_back([&] {
      at::set_num_threads(std::max(1, threads / streams));
      of_stream = stream_latencies(call, seconds);
    });
  for (auto& stream : running) stream.join();
  Latencies all{.seconds = {}, .wall = seconds_since(begin)};
  for (const auto& of_stream : each) all.seconds.insert(all.seconds.end(), of_stream.begin(), of_stream.end());
  std::sort(all.seconds.begin(), all.seconds.end());
  return all;
}

}  // namespace reszoo

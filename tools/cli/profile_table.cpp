#include "profile_table.h"

#include <ATen/Parallel.h>

#include "reszoo/base/error.h"
#include "reszoo/kernels/peak.h"

namespace reszoo::cli {

nlohmann::ordered_json profile_layers(const FusedNetwork& fused, const Tensor& input, bool json) {
  const auto peak = peak_multiply_adds() * at::get_num_threads();
  const auto steps = fused.profile(input);
  double total = 0;
  for (const auto& step : steps) total += step.seconds;
  auto lines = nlohmann::ordered_json::array();
  if (!json)
    fmt::print("{:>10}  {:>6}  {:>14}  {:>6}  {:<11}  {:<11}  {}\n", "time, us", "share", "multiply-adds", "peak",
               "kind", "algorithm", "layer");
  for (const auto& step : steps) {
    const auto of_peak = static_cast<double>(step.multiply_adds) / step.seconds / peak;
    if (!json)
      fmt::print("{:>10.1f}  {:>5.1f}%  {:>14}  {:>5.0f}%  {:<11}  {:<11}  {}{}{}\n", step.seconds * 1e6,
                 100 * step.seconds / total, step.multiply_adds, 100 * of_peak, step.kind, step.algorithm, step.key,
                 step.fused.empty() ? "" : " + ", fmt::join(step.fused, " + "));
    lines.push_back({{"layer", step.key},
                     {"kind", step.kind},
                     {"fused", step.fused},
                     {"algorithm", step.algorithm},
                     {"output", step.output},
                     {"multiply_adds", step.multiply_adds},
                     {"seconds", step.seconds},
                     {"peak", of_peak}});
  }
  return lines;
}

void print_latencies(const nlohmann::ordered_json& r) {
  fmt::print(
      "{}: median {:.1f} {}, best {:.1f}, 99th percentile {:.2f} ms a call (batch {}, {} threads, {} streams, "
      "{}{})\n",
      r["model"].get<std::string>(), r["median"].get<double>(), r["unit"].get<std::string>(), r["best"].get<double>(),
      r["p99_ms"].get<double>(), r["batch_size"].get<int64_t>(), r["threads"].get<int>(), r["streams"].get<int>(),
      r["precision"].get<std::string>(), r["fused"].get<bool>() ? ", fused" : "");
}

}  // namespace reszoo::cli

#include "reszoo/serve/serve_metrics.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace reszoo {
namespace {

const std::vector<double> kSecondBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                           0.1,    0.25,  0.5,    1,     2.5,  5,     10};
const std::vector<double> kSizeBounds = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

/// Escapes the value of a label.
std::string label_value(const std::string& value) {
  std::string escaped;
  for (const char c : value)
    if (c == '\n') escaped += "\\n";
    else {
      if (c == '"' || c == '\\') escaped += '\\';
      escaped += c;
    }
  return escaped;
}

void write_head(std::string& text, const char* name, const char* type, const char* help) {
  text += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

/// Returns the memory that the process has in use, in bytes; 0 if the system does not tell.
size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  size_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

void Histogram::observe(double value) {
  ++counts_[static_cast<size_t>(std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin())];
  sum_ += value;
}

void Histogram::write(std::string& text, const std::string& name, const std::string& labels) const {
  uint64_t total = 0;
  const auto* comma = labels.empty() ? "" : ",";
  for (size_t i = 0; i < counts_.size(); ++i) {
    total += counts_[i];
    const auto bound = i < bounds_.size() ? fmt::format("{}", bounds_[i]) : "+Inf";
    text += fmt::format("{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels, comma, bound, total);
  }
  const auto braced = labels.empty() ? "" : "{" + labels + "}";
  text += fmt::format("{0}_sum{1} {2}\n{0}_count{1} {3}\n", name, braced, sum_, total);
}

void ServeMetrics::count_request(const std::string& route, int status, double seconds) {
  const std::lock_guard lock(mutex_);
  ++requests_[{route, status}];
  seconds_.try_emplace(route, kSecondBounds).first->second.observe(seconds);
}

void ServeMetrics::count_batch(const std::string& model, size_t calls, int64_t rows) {
  const std::lock_guard lock(mutex_);
  auto& batches = batches_.try_emplace(model, Batches{Histogram(kSizeBounds), Histogram(kSizeBounds)}).first->second;
  batches.calls.observe(static_cast<double>(calls));
  batches.rows.observe(static_cast<double>(rows));
}

void ServeMetrics::count_load(const std::string& model, bool good) {
  const std::lock_guard lock(mutex_);
  ++loads_[{model, good}];
}

std::string ServeMetrics::text(const std::map<std::string, size_t>& waiting) const {
  const std::lock_guard lock(mutex_);
  std::string text;
  write_head(text, "reszoo_requests_total", "counter", "Requests by route and status.");
  for (const auto& [key, count] : requests_)
    text += fmt::format("reszoo_requests_total{{route=\"{}\",code=\"{}\"}} {}\n", key.first, key.second, count);
  write_head(text, "reszoo_request_seconds", "histogram", "From the headers of a request to the end of its answer.");
  for (const auto& [route, seconds] : seconds_)
    seconds.write(text, "reszoo_request_seconds", fmt::format("route=\"{}\"", route));
  write_head(text, "reszoo_batch_calls", "histogram", "Calls that were answered together.");
  for (const auto& [model, batches] : batches_)
    batches.calls.write(text, "reszoo_batch_calls", fmt::format("model=\"{}\"", label_value(model)));
  write_head(text, "reszoo_batch_rows", "histogram", "Rows or images of a batch.");
  for (const auto& [model, batches] : batches_)
    batches.rows.write(text, "reszoo_batch_rows", fmt::format("model=\"{}\"", label_value(model)));
  write_head(text, "reszoo_queue_length", "gauge", "Calls that wait.");
  for (const auto& [model, calls] : waiting)
    text += fmt::format("reszoo_queue_length{{model=\"{}\"}} {}\n", label_value(model), calls);
  write_head(text, "reszoo_model_loads_total", "counter", "Loads of model files.");
  for (const auto& [key, count] : loads_)
    text += fmt::format("reszoo_model_loads_total{{model=\"{}\",result=\"{}\"}} {}\n", label_value(key.first),
                        key.second ? "good" : "failed", count);
  write_head(text, "process_resident_memory_bytes", "gauge", "Memory in use.");
  return text + fmt::format("process_resident_memory_bytes {}\n", resident_bytes());
}

}  // namespace reszoo

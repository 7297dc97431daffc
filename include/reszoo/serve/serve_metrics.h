/// Counts what a server does, for Prometheus.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace reszoo {

/// A histogram as Prometheus defines it.
class Histogram {
 public:
  /// `bounds`: the upper bounds of the buckets, ascending; values above the last one are counted too.
  explicit Histogram(std::vector<double> bounds);

  void observe(double value);

  /// Appends its lines. `labels` is "" or `name="value"`.
  void write(std::string& text, const std::string& name, const std::string& labels) const;

 private:
  std::vector<double> bounds_;
  std::vector<uint64_t> counts_;  // of each bucket, and of larger values
  double sum_ = 0;
};

/// The counters of a server. All functions may be called from any thread.
class ServeMetrics {
 public:
  /// Counts a request when it has been answered. `route` is a name of few, such as "predict".
  void count_request(const std::string& route, int status, double seconds);

  void count_batch(const std::string& model, size_t calls, int64_t rows);

  /// Counts an attempt to load a model.
  void count_load(const std::string& model, bool good);

  /// Returns all in Prometheus's text format. `waiting` has the number of waiting calls of each model.
  std::string text(const std::map<std::string, size_t>& waiting) const;

 private:
  struct Batches {
    Histogram calls, rows;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, uint64_t> requests_;
  std::map<std::string, Histogram> seconds_;
  std::map<std::string, Batches> batches_;
  std::map<std::pair<std::string, bool>, uint64_t> loads_;
};

}  // namespace reszoo

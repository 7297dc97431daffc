/// When a failed request is repeated.
#pragma once
#include <algorithm>
#include <thread>

#include "reszoo/hub/download.h"

namespace reszoo {

/// Counts the consecutive failures of requests, and waits between them.
class Retries {
 public:
  explicit Retries(const DownloadOptions& options) : left_(options.tries), options_(options), wait_(options.wait) {}

  /// Waits, at least for as long as the server asks. Returns false, at once, if there were too many failures.
  bool again(std::chrono::milliseconds asked) {
    if (--left_ <= 0) return false;
    std::this_thread::sleep_for(std::max(wait_, asked));
    wait_ = std::min(2 * wait_, std::chrono::milliseconds(10'000));
    return true;
  }

  /// Called if a request that failed has made progress.
  void reset() { left_ = options_.tries + 1; }

 private:
  int left_;
  const DownloadOptions& options_;
  std::chrono::milliseconds wait_;
};

}  // namespace reszoo

/// Gathers calls from many threads into batches.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>

#include "reszoo/serve/call.h"

namespace reszoo {

/// Calls that wait, in their order. All functions may be called from any thread.
///
/// While a batch is computed, the next calls gather here; so with `max_wait` 0, batches grow with the load by
/// themselves, and a single call waits for nobody.
class CallQueue {
 public:
  /// `limit`: how many calls may wait. `max_batch`: how many calls are taken together. `max_wait`: how long the first
  /// call of a batch waits for others.
  CallQueue(size_t limit, size_t max_batch, std::chrono::microseconds max_wait);

  /// Adds a call.
  /// Throws: Refused if too many calls wait, or after `stop`. The call is then unchanged.
  void put(Call&& call);

  /// Waits for calls and takes the next batch. Returns nothing after `stop`, when no call is left.
  std::vector<Call> take();

  /// Fails the calls whose deadline has passed.
  void expire();

  /// Refuses further calls. Those that wait are still taken.
  void stop();

  /// Returns how many calls wait.
  size_t size() const;

 private:
  bool is_ready() const;
  std::vector<Call> take_late(ServeClock::time_point now);

  const size_t limit_, max_batch_;
  const std::chrono::microseconds max_wait_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Call> calls_;
  bool stopped_ = false;
};

}  // namespace reszoo

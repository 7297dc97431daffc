#include "reszoo/serve/call_queue.h"

#include <algorithm>

namespace reszoo {
namespace {

const char* text_of_refusal(Refusal why) {
  switch (why) {
    case Refusal::full: return "too many calls wait; try again later";
    case Refusal::late: return "the call has waited longer than its time limit";
    case Refusal::stopping: break;
  }
  return "the server is being stopped";
}

}  // namespace

Refused::Refused(Refusal why) : std::runtime_error(text_of_refusal(why)), why_(why) {}

CallQueue::CallQueue(size_t limit, size_t max_batch, std::chrono::microseconds max_wait)
    : limit_(std::max<size_t>(limit, 1)), max_batch_(std::max<size_t>(max_batch, 1)), max_wait_(max_wait) {}

void CallQueue::put(Call&& call) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) throw Refused(Refusal::stopping);
    if (calls_.size() >= limit_) throw Refused(Refusal::full);
    calls_.push_back(std::move(call));
    // A thread that gathers a batch is woken by the first call and by the one that fills the batch.
    if (calls_.size() > 1 && calls_.size() < max_batch_) return;
  }
  changed_.notify_one();
}

/// Whether the first calls need not wait for others any longer. The caller holds the lock.
bool CallQueue::is_ready() const {
  return stopped_ || calls_.size() >= max_batch_ || calls_.front().asked + max_wait_ <= ServeClock::now();
}

std::vector<Call> CallQueue::take() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopped_ || !calls_.empty(); });
    if (calls_.empty()) return {};
    if (is_ready()) break;
    changed_.wait_until(lock, calls_.front().asked + max_wait_);
  }
  const auto end = calls_.begin() + static_cast<std::ptrdiff_t>(std::min(max_batch_, calls_.size()));
  std::vector<Call> batch(std::make_move_iterator(calls_.begin()), std::make_move_iterator(end));
  calls_.erase(calls_.begin(), end);
  const bool more = !calls_.empty();
  lock.unlock();
  if (more) changed_.notify_one();
  return batch;
}

std::vector<Call> CallQueue::take_late(ServeClock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto late =
      std::stable_partition(calls_.begin(), calls_.end(), [now](const Call& call) { return call.deadline > now; });
  std::vector<Call> taken(std::make_move_iterator(late), std::make_move_iterator(calls_.end()));
  calls_.erase(late, calls_.end());
  return taken;
}

void CallQueue::expire() {
  for (const auto& call : take_late(ServeClock::now())) call.fail(std::make_exception_ptr(Refused(Refusal::late)));
}

void CallQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

size_t CallQueue::size() const {
  const std::lock_guard lock(mutex_);
  return calls_.size();
}

}  // namespace reszoo

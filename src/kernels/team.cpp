#include "kernels/team.h"

#include <hwy/cache_control.h>

#include <atomic>
#include <exception>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "kernels/parallel_ranges.h"
#include "reszoo/base/parallel.h"

namespace reszoo::kernels {
namespace {

using Work = std::function<void(int64_t thread, int64_t task)>;

/// How often a thread looks for the next loop, or for the end of this one, before it sleeps: half a millisecond.
constexpr int kLooks = 20'000;

/// Whether this thread is in a loop: loops inside run on it alone.
thread_local bool in_loop = false;

/// A thread's own tasks of a loop, of which `taken` are taken. A loop's number makes what is left of older ones void.
struct alignas(64) Queue {
  static constexpr int kBits = 20;
  static constexpr uint64_t kMost = (1 << kBits) - 1;

  std::atomic<uint64_t> state{0};  ///< the number of the loop, of the tasks, and of those that are taken

  void fill(uint64_t loop, uint64_t tasks) { state.store((loop << 2 * kBits) | (tasks << kBits)); }

  /// Returns the next task, or -1.
  int64_t take(uint64_t loop) {
    auto seen = state.load();
    for (;;) {
      const auto taken = seen & kMost;
      if (seen >> 2 * kBits != loop || taken == ((seen >> kBits) & kMost)) return -1;
      if (state.compare_exchange_weak(seen, seen + 1)) return static_cast<int64_t>(taken);
    }
  }
};

class Team {
 public:
  explicit Team(int64_t threads) : queues_(static_cast<size_t>(threads)) {
    try {
      for (int64_t thread = 1; thread < threads; ++thread) helpers_.emplace_back([this, thread] { help(thread); });
    } catch (const std::system_error&) {
      // The system has no more threads: those that there are do all tasks.
    }
  }
  ~Team() {
    number_ = kEnd;
    number_.notify_all();
    for (auto& helper : helpers_) helper.join();
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  void run(int64_t tasks, const Work& work) {
    const auto loop = number_.load() % kLoops + 1;
    work_ = &work;
    tasks_ = tasks;
    done_ = 0;
    for (int64_t i = 0; i < size(); ++i)
      queues_[static_cast<size_t>(i)].fill(static_cast<uint64_t>(loop), static_cast<uint64_t>(part(i).size()));
    number_ = loop;
    number_.notify_all();
    const auto own = take_all(0, loop);
    // Others may be in the middle of the last tasks.
    int look = 0;
    for (int32_t seen; (seen = done_.load()) + own < tasks;)
      if (++look < kLooks) hwy::Pause();
      else done_.wait(seen);
    if (failed_.exchange(false)) std::rethrow_exception(std::exchange(error_, nullptr));
  }

  int64_t size() const { return static_cast<int64_t>(queues_.size()); }

 private:
  static constexpr int32_t kEnd = -1, kLoops = (1 << 24) - 1;

  void help(int64_t thread) {
    in_loop = true;
    for (int32_t seen = 0;;) {
      auto now = number_.load();
      for (int look = 0; now == seen && look < kLooks; ++look, now = number_.load()) hwy::Pause();
      if (now == kEnd) return;
      if (now == seen) {
        number_.wait(seen);
        continue;
      }
      seen = now;
      if (const auto count = take_all(thread, seen); count > 0) {
        done_ += count;
        done_.notify_one();
      }
    }
  }

  Range part(int64_t owner) const { return part_of(tasks_.load(), owner, size()); }

  /// Runs tasks until none is left, a thread's own ones first. Returns how many. Between taking a task and adding it to
  /// `done_` the loop cannot end, so `work_` and `tasks_` belong to it.
  int32_t take_all(int64_t thread, int32_t loop) {
    int32_t count = 0;
    for (int64_t i = 0; i < size(); ++i) {
      const auto owner = (thread + i) % size();
      for (int64_t task; (task = queues_[static_cast<size_t>(owner)].take(static_cast<uint64_t>(loop))) >= 0; ++count)
        run_task(thread, part(owner).first + task);
    }
    return count;
  }

  void run_task(int64_t thread, int64_t task) {
    try {
      (*work_.load())(thread, task);
    } catch (...) {
      if (!failed_.exchange(true)) error_ = std::current_exception();
    }
  }

  std::vector<Queue> queues_;
  std::atomic<const Work*> work_{nullptr};
  std::atomic<int64_t> tasks_{0};
  std::exception_ptr error_;
  std::atomic<bool> failed_{false};
  alignas(64) std::atomic<int32_t> done_{0};    ///< tasks that others than the first thread have done
  alignas(64) std::atomic<int32_t> number_{0};  ///< of the last loop
  std::vector<std::thread> helpers_;
};

thread_local Team* current = nullptr;

/// Sets a value of this thread until the end of the scope.
template <typename Value>
class Scoped {
 public:
  Scoped(Value& place, Value value) : place_(place), before_(std::exchange(place, value)) {}
  ~Scoped() { place_ = before_; }
  Scoped(const Scoped&) = delete;
  Scoped& operator=(const Scoped&) = delete;

 private:
  Value& place_;
  Value before_;
};

}  // namespace

void with_team(int64_t threads, const std::function<void()>& work) {
  if (threads <= 1 || current || in_loop || in_parallel()) return work();
  thread_local std::unique_ptr<Team> team;
  if (!team || team->size() != threads) team = std::make_unique<Team>(threads);
  const Scoped<Team*> in_team(current, team.get());
  work();
}

bool run_on_team(int64_t threads, int64_t tasks, const Work& work) {
  if (in_loop) {
    for (int64_t task = 0; task < tasks; ++task) work(0, task);
    return true;
  }
  if (!current || current->size() > threads || tasks > static_cast<int64_t>(Queue::kMost)) return false;
  const Scoped<bool> in_this_loop(in_loop, true);
  current->run(tasks, work);
  return true;
}

}  // namespace reszoo::kernels

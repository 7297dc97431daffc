#include "kernels/parallel_ranges.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "kernels/team.h"
#include "reszoo/base/parallel.h"

namespace reszoo::kernels {
namespace {

/// The number of ranges per thread; a thread that finishes early takes more of them.
constexpr int64_t kRangesOfAThread = 4;

/// How many of a thread's own tasks are taken, in a cache line of its own.
struct alignas(64) Taken {
  std::atomic<int64_t> count{0};
};

}  // namespace

void parallel_tasks(int64_t threads, int64_t tasks, const std::function<void(int64_t thread, int64_t task)>& work) {
  if (threads <= 1 || tasks <= 1) {
    for (int64_t task = 0; task < tasks; ++task) work(0, task);
    return;
  }
  if (run_on_team(threads, tasks, work)) return;
  threads = std::min(threads, tasks);
  std::vector<Taken> taken(static_cast<size_t>(threads));
  parallel(threads, [&](int64_t thread) {
    for (int64_t i = 0; i < threads; ++i) {
      const auto owner = (thread + i) % threads;
      const auto own = part_of(tasks, owner, threads);
      auto& count = taken[static_cast<size_t>(owner)].count;
      for (int64_t task; (task = own.first + count.fetch_add(1, std::memory_order_relaxed)) < own.end;)
        work(thread, task);
    }
  });
}

void parallel_ranges(int64_t threads, int64_t count, const RangeFn& work) {
  const auto parts = threads <= 1 ? std::min<int64_t>(count, 1) : std::min(count, threads * kRangesOfAThread);
  parallel_tasks(threads, parts, [&](int64_t, int64_t part) {
    const auto range = part_of(count, part, parts);
    work(range.first, range.end);
  });
}

void parallel_ranges(int64_t threads, int64_t count, int64_t elements, const RangeFn& work) {
  parallel_ranges(elements < kElementsOfAThread ? 1 : threads, count, work);
}

}  // namespace reszoo::kernels

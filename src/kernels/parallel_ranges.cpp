#include "kernels/parallel_ranges.h"

#include <algorithm>
#include <atomic>

#include "reszoo/base/parallel.h"

namespace reszoo::kernels {
namespace {

/// The number of ranges per thread; a thread that finishes early takes more of them.
constexpr int64_t kRangesOfAThread = 4;

}  // namespace

void parallel_tasks(int64_t threads, int64_t tasks, const std::function<void(int64_t thread, int64_t task)>& work) {
  std::atomic<int64_t> next{0};
  const auto take = [&](int64_t thread) {
    for (int64_t task; (task = next.fetch_add(1, std::memory_order_relaxed)) < tasks;) work(thread, task);
  };
  if (threads <= 1 || tasks <= 1) take(0);
  else parallel(std::min(threads, tasks), take);
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

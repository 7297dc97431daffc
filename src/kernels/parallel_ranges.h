/// Distribution of work among threads.
#pragma once
#include <cstdint>
#include <functional>

namespace reszoo::kernels {

/// Work on fewer elements than this is too small for a second thread.
constexpr int64_t kElementsOfAThread = 1 << 14;

/// The indices [first, end).
struct Range {
  int64_t first, end;
  int64_t size() const { return end - first; }
};

/// Returns part `part` of `count` items that are split into `parts` parts as equally as possible.
constexpr Range part_of(int64_t count, int64_t part, int64_t parts) {
  return {count * part / parts, count * (part + 1) / parts};
}

/// Calls `work(thread, task)` for every task. Each thread first takes the tasks of its own part, so what it wrote in
/// one operation and reads in the next is in its cache; then it takes tasks of the others, so a core that is busy with
/// other work does fewer. `thread` is below `threads`; two calls that run at the same time have different values of it.
void parallel_tasks(int64_t threads, int64_t tasks, const std::function<void(int64_t thread, int64_t task)>& work);

/// Splits `count` items into ranges, several per thread, and calls `work(first, end)` for each.
using RangeFn = std::function<void(int64_t first, int64_t end)>;
void parallel_ranges(int64_t threads, int64_t count, const RangeFn& work);

/// The same for items with `elements` elements in total, each read once. If there are few elements, the calling thread
/// does all the work.
void parallel_ranges(int64_t threads, int64_t count, int64_t elements, const RangeFn& work);

}  // namespace reszoo::kernels

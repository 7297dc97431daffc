/// Sharing of work among threads.
#pragma once
#include <cstdint>
#include <functional>

namespace reszoo::kernels {

/// Work on fewer elements than this is not worth a second thread.
constexpr int64_t kElementsOfAThread = 1 << 14;

/// [first, end) of some things that are numbered from 0.
struct Range {
  int64_t first, end;
  int64_t size() const { return end - first; }
};

/// Part `part` of `count` things cut into `parts` as even as they can be.
constexpr Range part_of(int64_t count, int64_t part, int64_t parts) {
  return {count * part / parts, count * (part + 1) / parts};
}

/// Calls `work(thread, task)` for every task. A thread takes the next task when it is done with one, so that a core
/// which others keep busy does fewer of them. `thread` is below `threads`; no two that run at once are the same.
void parallel_tasks(int64_t threads, int64_t tasks, const std::function<void(int64_t thread, int64_t task)>& work);

/// Cuts `count` things into ranges, some for each thread, and calls `work(first, end)` for each.
using RangeFn = std::function<void(int64_t first, int64_t end)>;
void parallel_ranges(int64_t threads, int64_t count, const RangeFn& work);

/// The same for things that have `elements` elements together, each looked at once: few of them stay in this thread.
void parallel_ranges(int64_t threads, int64_t count, int64_t elements, const RangeFn& work);

}  // namespace reszoo::kernels

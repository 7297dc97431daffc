/// Threads that stay together for many parallel loops.
#pragma once
#include <cstdint>
#include <functional>

namespace reszoo::kernels {

/// Calls `work` with a team of `threads` threads, this one and others, which run the loops in it (`parallel_tasks`).
/// The others belong to the calling thread and stay with it. Between loops they look for the next one for half a
/// millisecond, then they sleep. A loop does not wait for a thread that the system runs late: the others take its
/// tasks. LibTorch's operators have their own threads.
void with_team(int64_t threads, const std::function<void()>& work);

/// Runs the tasks on this thread's team, or on this thread if it is in a loop. Returns false if it has no team of at
/// most `threads` threads.
bool run_on_team(int64_t threads, int64_t tasks, const std::function<void(int64_t thread, int64_t task)>& work);

}  // namespace reszoo::kernels

/// Runs work that needs memory in LibTorch's own threads.
#pragma once
#include <cstdint>
#include <functional>

namespace reszoo {

/// Calls `work(0)` … `work(tasks - 1)` on at most `workers` of the threads of `parallel`. If calls throw, the exception
/// of the first such task is thrown when all calls are done. With one worker, the calls may use all threads themselves.
void limited_parallel(int64_t tasks, int64_t workers, const std::function<void(int64_t task)>& work);

}  // namespace reszoo

/// Runs work in LibTorch's own threads.
#pragma once
#include <cstdint>
#include <functional>

namespace reszoo {

/// Calls `work(0)` … `work(tasks - 1)` on `at::get_num_threads()` threads, and returns when all calls are done. Inside
/// another parallel region the calls are serial.
///
/// Differs: `at::parallel_for` is a header that runs serially in a file compiled without OpenMP, and clang's OpenMP
/// adds a second runtime. This function uses an iteration inside LibTorch, so it always runs on LibTorch's threads.
void parallel(int64_t tasks, const std::function<void(int64_t task)>& work);

}  // namespace reszoo

/// Work in LibTorch's own threads.
#pragma once
#include <cstdint>
#include <functional>

namespace reszoo {

/// Calls `work(0)` … `work(tasks - 1)`, spread over `at::get_num_threads()` threads,
/// and returns when all are done. Inside another parallel region it is serial.
///
/// Differs: from `at::parallel_for`, whose header is serial in a file that is not
/// compiled with OpenMP, and with clang's OpenMP brings a second runtime. This one
/// is an iteration inside LibTorch, so both have the same threads.
void parallel(int64_t tasks, const std::function<void(int64_t task)>& work);

}  // namespace reszoo

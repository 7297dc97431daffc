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
///
/// In a program without LibTorch (`reszoo::runtime`) the calls are serial: there, kernels share their work among the
/// threads of a team (kernels/team.h).
void parallel(int64_t tasks, const std::function<void(int64_t task)>& work);

/// Returns whether the calling thread is in such a loop, or in another parallel region of LibTorch.
bool in_parallel();

/// Returns the number of threads that `parallel` uses.
int64_t parallel_threads();

}  // namespace reszoo

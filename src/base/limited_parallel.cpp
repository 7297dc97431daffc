#include "reszoo/base/limited_parallel.h"

#include <atomic>
#include <exception>
#include <vector>

#include "reszoo/base/parallel.h"

namespace reszoo {

void limited_parallel(int64_t tasks, int64_t workers, const std::function<void(int64_t task)>& work) {
  std::vector<std::exception_ptr> errors(static_cast<size_t>(tasks));
  std::atomic<int64_t> next = 0;
  const auto run = [&](int64_t) {
    for (int64_t task = next++; task < tasks; task = next++) try {
        work(task);
      } catch (...) {
        errors[static_cast<size_t>(task)] = std::current_exception();
      }
  };
  if (workers > 1) parallel(workers, run);
  else run(0);
  for (const auto& error : errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace reszoo

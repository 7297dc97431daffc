#include "reszoo/base/parallel.h"

#ifdef RESZOO_WITHOUT_LIBTORCH

namespace reszoo {

void parallel(int64_t tasks, const std::function<void(int64_t task)>& work) {
  for (int64_t task = 0; task < tasks; ++task) work(task);
}

bool in_parallel() { return false; }

int64_t parallel_threads() { return 1; }

}  // namespace reszoo

#else

#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>
#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>
#ifdef RESZOO_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace reszoo {
namespace {

/// Tells the thread sanitizer that what was done before `release` is seen after `acquire`: it does not know how
/// LibTorch's threads (libgomp's) begin and end a loop.
class ThreadMark {
 public:
  void release() {
#ifdef RESZOO_TSAN
    __tsan_release(this);
#endif
  }
  void acquire() {
#ifdef RESZOO_TSAN
    __tsan_acquire(this);
#endif
  }
};

}  // namespace

void parallel(int64_t tasks, const std::function<void(int64_t task)>& work) {
  // Nothing writes to these bytes: the iteration passes addresses, and the offset of an address is the index of a task.
  const auto places = at::empty({tasks}, at::kByte);
  const auto* first = static_cast<const char*>(places.const_data_ptr());
  ThreadMark begin, end;
  const bool inference = c10::InferenceMode::is_enabled();  // a mode of a thread, which its helpers must share
  begin.release();
  at::TensorIterator::borrowing_nullary_op(places).for_each(
      [&](char** data, const int64_t*, int64_t count) {
        begin.acquire();
        const c10::InferenceMode mode(inference);
        for (int64_t i = 0; i < count; ++i) work(data[0] - first + i);
        end.release();
      },
      /*grain_size=*/1);
  end.acquire();
}

bool in_parallel() { return at::in_parallel_region(); }

int64_t parallel_threads() { return at::get_num_threads(); }

}  // namespace reszoo

#endif

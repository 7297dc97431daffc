#include "reszoo/base/parallel.h"

#include <ATen/TensorIterator.h>
#include <ATen/ops/empty.h>

namespace reszoo {

void parallel(int64_t tasks, const std::function<void(int64_t task)>& work) {
  // Nothing writes to these bytes: the iteration passes addresses, and the offset of an address is the index of a task.
  const auto places = at::empty({tasks}, at::kByte);
  const auto* first = static_cast<const char*>(places.const_data_ptr());
  at::TensorIterator::borrowing_nullary_op(places).for_each(
      [&](char** data, const int64_t*, int64_t count) {
        for (int64_t i = 0; i < count; ++i) work(data[0] - first + i);
      },
      /*grain_size=*/1);
}

}  // namespace reszoo

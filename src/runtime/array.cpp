#include "runtime/array.h"

namespace reszoo::detail {

int64_t elements_of(const Shape& shape) {
  int64_t count = 1;
  for (const auto size : shape) count *= size;
  return count;
}

}  // namespace reszoo::detail

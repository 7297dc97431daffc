#include "own_pages.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <sys/mman.h>

namespace reszoo {
namespace {

constexpr size_t kLeastOwnPages = 256 << 10;  // bytes

}  // namespace

at::Tensor own_pages(at::IntArrayRef sizes, at::ScalarType type) {
  const auto size = static_cast<size_t>(c10::multiply_integers(sizes)) * c10::elementSize(type);
  if (size < kLeastOwnPages) return at::empty(sizes, type);
  auto* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) return at::empty(sizes, type);  // which throws if memory is the reason
#ifdef MADV_HUGEPAGE
  ::madvise(data, size, MADV_HUGEPAGE);  // fewer page faults; only pages that the tensor fills
#endif
  return at::from_blob(
      data, sizes, [size](void* pages) { ::munmap(pages, size); }, at::TensorOptions(type));
}

}  // namespace reszoo

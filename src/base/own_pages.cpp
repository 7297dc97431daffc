#include "base/own_pages.h"

#include <sys/mman.h>

#include <new>

namespace reszoo {
namespace {

constexpr size_t kLeastOwnPages = 256 << 10;  // bytes
constexpr std::align_val_t kOwnLine{64};

std::shared_ptr<void> allocated(size_t size) {
  return {::operator new(size, kOwnLine), [](void* data) { ::operator delete(data, kOwnLine); }};
}

}  // namespace

std::shared_ptr<void> own_pages(size_t size) {
  if (size < kLeastOwnPages) return allocated(size);
  auto* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) return allocated(size);  // which throws if memory is the reason
#ifdef MADV_HUGEPAGE
  ::madvise(data, size, MADV_HUGEPAGE);  // fewer page faults; only pages that are filled
#endif
  return {data, [size](void* pages) { ::munmap(pages, size); }};
}

}  // namespace reszoo

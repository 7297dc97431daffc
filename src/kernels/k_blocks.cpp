#include "kernels/k_blocks.h"

#if __has_include(<unistd.h>)
#include <unistd.h>  // where there is none, caches are taken for the least ones
#endif

namespace reszoo::kernels {

int64_t panel_bytes() {
  static const int64_t bytes = [] {
    int64_t cache = 0;
#ifdef _SC_LEVEL1_DCACHE_SIZE
    cache = ::sysconf(_SC_LEVEL1_DCACHE_SIZE);
#endif
    constexpr int64_t kLeast = 32 << 10, kMost = 64 << 10;
    return std::clamp(cache, kLeast, kMost) / 4 * 3;
  }();
  return bytes;
}

}  // namespace reszoo::kernels

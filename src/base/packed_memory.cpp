#include "base/packed_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <new>

namespace reszoo {
namespace {

constexpr size_t kHugePage = 2 << 20, kLine = 64;  // bytes

constexpr size_t round_up(size_t size, size_t unit) { return (size + unit - 1) / unit * unit; }

/// A piece of address space, which is given out from the beginning to the end. Memory is taken as it is written.
class Chunk {
 public:
  explicit Chunk(size_t size) : size_(size + kHugePage) {
    auto* mapped = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<char*>(mapped);
#ifdef MADV_HUGEPAGE
    ::madvise(mapped, size_, MADV_HUGEPAGE);
#endif
    used_ = round_up(reinterpret_cast<uintptr_t>(data_), kHugePage) - reinterpret_cast<uintptr_t>(data_);
  }
  ~Chunk() { ::munmap(data_, size_); }
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;

  /// Returns nullptr if there is no room.
  char* take(size_t size) {
    if (size_ - used_ < size) return nullptr;
    used_ += size;
    return data_ + used_ - size;
  }

 private:
  char* data_;
  size_t size_, used_;
};

/// Gives back the pages that lie entirely in a piece of a chunk.
void give_back(char* data, size_t size) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = round_up(reinterpret_cast<uintptr_t>(data), page);
  const auto end = (reinterpret_cast<uintptr_t>(data) + size) / page * page;
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace

std::shared_ptr<void> packed_memory(size_t wanted) {
  static std::mutex mutex;
  static std::weak_ptr<Chunk> last;  // what it gave out owns it
  constexpr size_t kChunk = 32 * kHugePage;
  const auto size = round_up(wanted, kLine);
  const std::lock_guard lock(mutex);
  auto chunk = last.lock();
  auto* data = chunk ? chunk->take(size) : nullptr;
  if (!data) {
    last = chunk = std::make_shared<Chunk>(std::max(size, kChunk));
    data = chunk->take(size);
  }
  return {data, [chunk = std::move(chunk), size](void* piece) { give_back(static_cast<char*>(piece), size); }};
}

}  // namespace reszoo

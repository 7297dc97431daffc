// Which pages of this process are in its memory.
#pragma once
#include <ATen/core/Tensor.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

namespace reszoo::test {

/// Returns how many bytes of a range are in whole pages that are in memory; -1 if the system does not say.
inline int64_t bytes_in_memory(const void* data, size_t size) {
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto place = reinterpret_cast<uintptr_t>(data);
  const auto first = (place + page - 1) / page, end = (place + size) / page;
  if (first >= end) return 0;
  std::vector<uint64_t> pages(end - first);
  const int map = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  const auto wanted = static_cast<ssize_t>(pages.size() * sizeof pages[0]);
  const auto count = ::pread(map, pages.data(), static_cast<size_t>(wanted), static_cast<off_t>(first * 8));
  ::close(map);
  if (count != wanted) return -1;
  int64_t present = 0;
  for (const auto one : pages) present += static_cast<int64_t>(one >> 63);
  return present * static_cast<int64_t>(page);
}

inline int64_t bytes_in_memory(const at::Tensor& tensor) {
  return bytes_in_memory(tensor.const_data_ptr(), tensor.nbytes());
}

}  // namespace reszoo::test

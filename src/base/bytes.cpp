#include "reszoo/base/bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"

namespace reszoo {
namespace {

/// A mapped file that the destructor unmaps.
class Mapping {
 public:
  Mapping(void* data, size_t size) : data_(data), size_(size) {}
  ~Mapping() { ::munmap(data_, size_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

 private:
  void* data_;
  size_t size_;
};

}  // namespace

Bytes Bytes::map(const std::filesystem::path& path) {
  if (is_url(path)) return map(local_file(path));
  // A pipe can be opened only once, so its type is queried by name.
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return own(read_file(path));
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail(ErrorKind::file, "{}: cannot be opened ({})", path.string(), std::strerror(errno));
  struct stat status {};
  const size_t size = ::fstat(file, &status) == 0 ? static_cast<size_t>(status.st_size) : 0;
  void* data = size > 0 ? ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0) : MAP_FAILED;
  ::close(file);
  if (data == MAP_FAILED) return own(read_file(path));  // the file is empty, or its file system cannot map files
  return {{static_cast<const char*>(data), size}, std::make_shared<Mapping>(data, size)};
}

void Bytes::prefetch() const {
#ifdef MADV_POPULATE_READ
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<uintptr_t>(view_.data()) / page * page;
  const auto end = reinterpret_cast<uintptr_t>(view_.data()) + view_.size();
  // Kernels before 5.14 do not support this.
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_READ);
#endif
}

Bytes Bytes::view(const void* data, size_t size) { return {{static_cast<const char*>(data), size}, nullptr}; }

Bytes Bytes::own(std::string content) {
  auto kept = std::make_shared<std::string>(std::move(content));
  return {*kept, kept};
}

}  // namespace reszoo

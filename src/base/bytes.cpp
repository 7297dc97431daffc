#include "reszoo/base/bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"

namespace reszoo {
namespace {

/// Where files are mapped: the ends of the mappings by their begins.
class Mapped {
 public:
  void add(uintptr_t begin, uintptr_t end) {
    const std::lock_guard lock(mutex_);
    ends_[begin] = end;
  }
  void remove(uintptr_t begin) {
    const std::lock_guard lock(mutex_);
    ends_.erase(begin);
  }
  bool contains(uintptr_t begin, uintptr_t end) const {
    const std::lock_guard lock(mutex_);
    const auto after = ends_.upper_bound(begin);
    return after != ends_.begin() && end <= std::prev(after)->second;
  }

  static Mapped& all() {
    static auto* mapped = new Mapped;  // never destroyed: mappings of other static objects end later
    return *mapped;
  }

 private:
  mutable std::mutex mutex_;
  std::map<uintptr_t, uintptr_t> ends_;
};

/// A mapped file that the destructor unmaps.
class Mapping {
 public:
  Mapping(void* data, size_t size) : data_(data), size_(size) { Mapped::all().add(begin(), begin() + size_); }
  ~Mapping() {
    Mapped::all().remove(begin());
    ::munmap(data_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

 private:
  uintptr_t begin() const { return reinterpret_cast<uintptr_t>(data_); }

  void* data_;
  size_t size_;
};

/// Whether no page was written to: each is that of the file, or not in memory. The system tells so in
/// /proc/self/pagemap; false if that cannot be read.
bool are_unchanged(uintptr_t begin, uintptr_t end, uintptr_t page_size) {
  constexpr uint64_t kOfFile = uint64_t{1} << 61, kSwapped = uint64_t{1} << 62, kPresent = uint64_t{1} << 63;
  std::vector<uint64_t> pages((end - begin) / page_size);
  const int map = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (map < 0) return false;
  const auto size = pages.size() * sizeof pages[0];
  const auto count = ::pread(map, pages.data(), size, static_cast<off_t>(begin / page_size * sizeof pages[0]));
  ::close(map);
  return count == static_cast<ssize_t>(size) && std::ranges::all_of(pages, [](uint64_t page) {
           return (page & kSwapped) == 0 && ((page & kPresent) == 0 || (page & kOfFile) != 0);
         });
}

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

void release_mapped(const void* data, size_t size) {
  const auto place = reinterpret_cast<uintptr_t>(data);
  if (size == 0 || !Mapped::all().contains(place, place + size)) return;
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = place / page * page, end = (place + size + page - 1) / page * page;
  if (are_unchanged(begin, end, page)) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

Bytes Bytes::view(const void* data, size_t size) { return {{static_cast<const char*>(data), size}, nullptr}; }

Bytes Bytes::own(std::string content) {
  auto kept = std::make_shared<std::string>(std::move(content));
  return {*kept, kept};
}

}  // namespace reszoo

#include "reszoo/base/temporary_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

[[noreturn]] void fail_to_spill(const char* what, int why) {
  fail(ErrorKind::file, "{}: temporary file {} ({}); TMPDIR names another folder",
       std::filesystem::temp_directory_path().string(), what, std::strerror(why));
}

}  // namespace

TemporaryFile::TemporaryFile() {
  auto name = (std::filesystem::temp_directory_path() / "reszoo-XXXXXX").string();
  file_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (file_ < 0) fail_to_spill("cannot be made", errno);
  ::unlink(name.c_str());
}

TemporaryFile::~TemporaryFile() { ::close(file_); }

void TemporaryFile::reserve(size_t size) const {
  int why = EINTR;
  while (why == EINTR) why = ::posix_fallocate(file_, 0, static_cast<off_t>(size));
  if (why != 0) fail_to_spill("cannot be written", why);
}

void TemporaryFile::write(int64_t place, const void* bytes, size_t size) const {
  const auto* next = static_cast<const char*>(bytes);
  while (size > 0) {
    const auto written = ::pwrite(file_, next, size, place);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_to_spill("cannot be written", errno);
    next += written;
    place += written;
    size -= static_cast<size_t>(written);
  }
}

void* TemporaryFile::map(int64_t place, size_t size) const {
  auto* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file_, place);
  if (data == MAP_FAILED) fail_to_spill("cannot be mapped", errno);
  return data;
}

}  // namespace reszoo

#include "locked_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "../base/retry_on_eintr.h"
#include "reszoo/base/error.h"

namespace reszoo {

LockedFile::LockedFile(std::filesystem::path path) : path_(std::move(path)) {
  while (!open_and_lock()) {
  }
}

LockedFile::~LockedFile() {
  if (file_ >= 0) ::close(file_);
}

/// Returns false if the file was renamed or removed while this process waited for its lock: the lock is then on a file
/// that no longer has the name.
bool LockedFile::open_and_lock() {
  if (file_ >= 0) ::close(std::exchange(file_, -1));
  file_ = retry_on_eintr([&] { return ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666); });
  if (file_ < 0) fail_with_errno("cannot be written");
  // Goes on if the file system has no locks. The digest then detects if two processes wrote at the same time.
  if (retry_on_eintr([&] { return ::flock(file_, LOCK_EX); }) != 0 && errno != ENOLCK && errno != ENOTSUP)
    fail_with_errno("cannot be locked");
  struct stat own {
  }, named{};
  if (::fstat(file_, &own) != 0) fail_with_errno("cannot be read");
  return ::stat(path_.c_str(), &named) == 0 && own.st_ino == named.st_ino && own.st_dev == named.st_dev;
}

int64_t LockedFile::size() const {
  struct stat own {};
  if (::fstat(file_, &own) != 0) fail_with_errno("cannot be read");
  return own.st_size;
}

void LockedFile::fail_with_errno(const char* what) const {
  fail(ErrorKind::file, "{}: {} ({})", path_.string(), what, std::strerror(errno));
}

}  // namespace reszoo

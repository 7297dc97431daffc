#include "partial_file.h"

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
PartialFile::PartialFile(const std::filesystem::path& target) : target_(target), path_(target.string() + ".part") {
  while (!open_and_lock()) {
  }
}

PartialFile::~PartialFile() {
  if (file_ >= 0) ::close(file_);
}

/// Returns false if the file was renamed or removed while this process waited for its lock: the lock is then on a file
/// that no longer has the name.
bool PartialFile::open_and_lock() {
  if (file_ >= 0) ::close(std::exchange(file_, -1));
  file_ = retry_on_eintr([&] { return ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666); });
  if (file_ < 0) fail_with_errno("cannot be written");
  // Goes on if the file system has no locks. The digest then detects if two processes wrote at the same time.
  if (retry_on_eintr([&] { return ::flock(file_, LOCK_EX); }) != 0 && errno != ENOLCK && errno != ENOTSUP)
    fail_with_errno("cannot be locked");
  struct stat own {
  }, named{};
  if (::fstat(file_, &own) != 0) fail_with_errno("cannot be read");
  if (::stat(path_.c_str(), &named) != 0 || own.st_ino != named.st_ino || own.st_dev != named.st_dev) return false;
  size_ = own.st_size;
  return true;
}

void PartialFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = retry_on_eintr([&] { return ::pwrite(file_, bytes.data(), bytes.size(), size_); });
    if (written < 0) fail_with_errno("cannot be written");
    size_ += written;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

void PartialFile::clear() {
  if (retry_on_eintr([&] { return ::ftruncate(file_, 0); }) != 0) fail_with_errno("cannot be emptied");
  size_ = 0;
}

void PartialFile::remove() { ::unlink(path_.c_str()); }

void PartialFile::rename_to_target() {
  if (retry_on_eintr([&] { return ::fsync(file_); }) != 0) fail_with_errno("cannot be flushed to the disk");
  if (::rename(path_.c_str(), target_.c_str()) != 0) fail_with_errno("cannot be put in place");
}

void PartialFile::fail_with_errno(const char* what) const {
  fail(ErrorKind::file, "{}: {} ({})", path_.string(), what, std::strerror(errno));
}

}  // namespace reszoo

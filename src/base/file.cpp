#include "reszoo/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

[[noreturn]] void fail_with_errno(const std::filesystem::path& path, const char* action) {
  fail(ErrorKind::file, "{}: cannot {}: {}", path.string(), action, std::strerror(errno));
}

/// Closes a descriptor, and removes the file unless it was kept.
class File {
 public:
  File(const std::filesystem::path& path, int flags) : path_(path), descriptor_(open(path.c_str(), flags, 0666)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
    if (remove_) unlink(path_.c_str());
  }

  int descriptor() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  void remove_at_end(bool remove) { remove_ = remove; }
  bool close_checked() { return close(std::exchange(descriptor_, -1)) == 0; }

 private:
  std::filesystem::path path_;
  int descriptor_;
  bool remove_ = false;
};

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

void write_file(const std::filesystem::path& path, const std::vector<std::string_view>& pieces) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  auto temporary = path;
  temporary += "." + std::to_string(getpid()) + ".part";
  File file(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
  if (!file.is_open()) fail_with_errno(path, "write");
  file.remove_at_end(true);
  for (const auto piece : pieces)
    if (!write_all(file.descriptor(), piece)) fail_with_errno(path, "write");
  if (fsync(file.descriptor()) != 0 || !file.close_checked()) fail_with_errno(path, "write");
  if (rename(temporary.c_str(), path.c_str()) != 0) fail_with_errno(path, "write");
  file.remove_at_end(false);
  File directory(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory.is_open()) fsync(directory.descriptor());  // some file systems cannot; the file itself is safe
}

std::string read_file(const std::filesystem::path& path) {
  File file(path, O_RDONLY | O_CLOEXEC);
  if (!file.is_open() && errno == ENOENT) fail(ErrorKind::file, "{}: no such file", path.string());
  if (!file.is_open()) fail_with_errno(path, "read");
  struct stat status {};
  if (fstat(file.descriptor(), &status) != 0) fail_with_errno(path, "read");
  if (S_ISDIR(status.st_mode)) fail(ErrorKind::file, "{}: is a folder, not a file", path.string());
  std::string bytes;
  bytes.reserve(static_cast<size_t>(status.st_size));
  while (true) {
    const size_t chunk = std::max<size_t>(1 << 16, static_cast<size_t>(status.st_size) - std::min(bytes.size(), static_cast<size_t>(status.st_size)));
    const size_t start = bytes.size();
    bytes.resize(start + chunk);
    const ssize_t count = read(file.descriptor(), bytes.data() + start, chunk);
    if (count < 0 && errno != EINTR) fail_with_errno(path, "read");
    bytes.resize(start + static_cast<size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) return bytes;
  }
}

}  // namespace reszoo

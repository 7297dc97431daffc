#include "reszoo/base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "reszoo/base/error.h"
#include "reszoo/base/remote_path.h"
#include "retry_on_eintr.h"

namespace reszoo {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_with_errno(const fs::path& path, std::string_view what) {
  fail(ErrorKind::file, "{}: {} ({})", path.string(), what, std::strerror(errno));
}

/// An open file that the destructor closes.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool close() {
    const int number = std::exchange(number_, -1);
    return number < 0 || ::close(number) == 0;
  }

 private:
  int number_;
};

void flush_folder(const fs::path& target) {
  const auto folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot flush a folder and return EINVAL; the file itself is safe there.
  if (descriptor.number() < 0 ||
      (retry_on_eintr([&] { return ::fsync(descriptor.number()); }) != 0 && errno != EINVAL && errno != ENOTSUP))
    fail_with_errno(folder, "cannot be flushed to the disk");
}

}  // namespace

/// A temporary file next to its target. It is removed unless it was renamed.
class AtomicFile::Temporary {
 public:
  explicit Temporary(const fs::path& target) : target_(target), file_(open_new()) {
    if (file_.number() < 0) fail_with_errno(target_, "cannot be written");
  }
  ~Temporary() {
    if (!name_.empty()) ::unlink(name_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  void write(std::string_view bytes) {
    constexpr size_t most = size_t{1} << 30;  // Linux writes at most 2 GiB at once
    while (!bytes.empty()) {
      const auto written =
          retry_on_eintr([&] { return ::write(file_.number(), bytes.data(), std::min(bytes.size(), most)); });
      if (written < 0) abandon("cannot be written");
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }

  /// Takes this much space on the disk.
  void reserve(int64_t bytes) {
    if (bytes == 0) return;
    int error = EINTR;
    while (error == EINTR) error = ::posix_fallocate(file_.number(), 0, bytes);
    if (error == 0 || error == EINVAL || error == EOPNOTSUPP) return;  // some file systems cannot reserve
    errno = error;
    abandon(fmt::format("cannot be written, it needs {} bytes", bytes));
  }

  void finish() {
    if (retry_on_eintr([&] { return ::fsync(file_.number()); }) != 0 || !file_.close())
      abandon("cannot be flushed to the disk");
    if (::rename(name_.c_str(), target_.c_str()) != 0) abandon("cannot be put in place");
    name_.clear();
    flush_folder(target_);
  }

 private:
  /// Opens a file with an unused name; mkstemp would ignore the umask.
  int open_new() {
    refuse_url(target_);
    for (int i = 0;; ++i) {
      name_ = fmt::format("{}.{}.{}.tmp", target_.string(), ::getpid(), i);
      const int number =
          retry_on_eintr([&] { return ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); });
      if (number >= 0) return number;
      if (errno != EEXIST) return std::exchange(name_, ""), -1;
    }
  }

  /// Removes the file and throws; the reason is read first, because unlink changes it.
  [[noreturn]] void abandon(std::string_view what) {
    const int reason = errno;
    ::unlink(name_.c_str());
    name_.clear();
    errno = reason;
    fail_with_errno(target_, what);
  }

  fs::path target_;
  std::string name_;
  Descriptor file_;
};

AtomicFile::AtomicFile(const fs::path& path) : file_(std::make_unique<Temporary>(path)) {}
AtomicFile::~AtomicFile() = default;
AtomicFile::AtomicFile(AtomicFile&&) noexcept = default;
AtomicFile& AtomicFile::operator=(AtomicFile&&) noexcept = default;

void AtomicFile::write(std::string_view bytes) { file_->write(bytes); }

void AtomicFile::finish() { file_->finish(); }

void write_file(const fs::path& path, const std::vector<std::string_view>& pieces) {
  AtomicFile file(path);
  for (const auto piece : pieces) file.write(piece);
  file.finish();
}

void write_file(const fs::path& path, std::string_view content) { write_file(path, std::vector{content}); }

void require_writable(const std::vector<FutureFile>& files) {
  std::vector<std::unique_ptr<AtomicFile::Temporary>> temporary;  // all at once, as they share the disk
  for (const auto& [path, bytes] : files) {
    if (fs::is_directory(path)) fail(ErrorKind::file, "{}: is a folder, not a file", path.string());
    temporary.push_back(std::make_unique<AtomicFile::Temporary>(path));
    temporary.back()->reserve(bytes);
  }
}

std::string read_file(const fs::path& path) {
  if (is_url(path)) return read_file(local_file(path));
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) fail_with_errno(path, "cannot be opened");
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) fail_with_errno(path, "cannot be read");
  if (S_ISDIR(status.st_mode)) fail(ErrorKind::file, "{}: is a folder, not a file", path.string());
  // One byte more than the size, so that the end is detected without growing the buffer. A pipe has size 0.
  std::string content(static_cast<size_t>(status.st_size) + 1, '\0');
  size_t size = 0;
  for (;;) {
    if (size == content.size()) content.resize(2 * size);
    const auto count =
        retry_on_eintr([&] { return ::read(file.number(), content.data() + size, content.size() - size); });
    if (count < 0) fail_with_errno(path, "cannot be read");
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  content.resize(size);
  return content;
}

}  // namespace reszoo

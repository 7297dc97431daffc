#include "spill_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

[[noreturn]] void fail_to_spill(const char* what) {
  fail(ErrorKind::file, "{}: temporary file {} ({}); TMPDIR names another folder",
       std::filesystem::temp_directory_path().string(), what, std::strerror(errno));
}

}  // namespace

SpillFile::SpillFile() {
  auto name = (std::filesystem::temp_directory_path() / "reszoo-XXXXXX").string();
  file_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (file_ < 0) fail_to_spill("cannot be made");
  ::unlink(name.c_str());
}

SpillFile::~SpillFile() { ::close(file_); }

int64_t SpillFile::append(std::string_view bytes) {
  const auto begin = size_;
  while (!bytes.empty()) {
    const auto written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_to_spill("cannot be written");
    bytes.remove_prefix(static_cast<size_t>(written));
    size_ += written;
  }
  return begin;
}

Bytes SpillFile::map() { return Bytes::map(std::filesystem::path("/proc/self/fd") / std::to_string(file_)); }

}  // namespace reszoo

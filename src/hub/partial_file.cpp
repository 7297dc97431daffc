#include "partial_file.h"

#include <unistd.h>

#include "../base/retry_on_eintr.h"

namespace reszoo {

PartialFile::PartialFile(const std::filesystem::path& target, const char* ending)
    : target_(target), file_(target.string() + ending), size_(file_.size()) {}

void PartialFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written =
        retry_on_eintr([&] { return ::pwrite(file_.descriptor(), bytes.data(), bytes.size(), size_); });
    if (written < 0) file_.fail_with_errno("cannot be written");
    size_ += written;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

void PartialFile::clear() {
  if (retry_on_eintr([&] { return ::ftruncate(file_.descriptor(), 0); }) != 0)
    file_.fail_with_errno("cannot be emptied");
  size_ = 0;
}

void PartialFile::remove() { ::unlink(path().c_str()); }

void PartialFile::rename_to_target() {
  if (retry_on_eintr([&] { return ::fsync(file_.descriptor()); }) != 0)
    file_.fail_with_errno("cannot be flushed to the disk");
  if (::rename(path().c_str(), target_.c_str()) != 0) file_.fail_with_errno("cannot be put in place");
}

}  // namespace reszoo

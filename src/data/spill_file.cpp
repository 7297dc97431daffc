#include "spill_file.h"

#include <filesystem>
#include <string>

namespace reszoo {

int64_t SpillFile::append(std::string_view bytes) {
  const auto begin = size_;
  file_.write(begin, bytes.data(), bytes.size());
  size_ += static_cast<int64_t>(bytes.size());
  return begin;
}

Bytes SpillFile::map() {
  return Bytes::map(std::filesystem::path("/proc/self/fd") / std::to_string(file_.descriptor()));
}

}  // namespace reszoo

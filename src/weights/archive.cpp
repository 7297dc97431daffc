#include "archive.h"

namespace reszoo {

Archive::Archive(Bytes bytes, const std::string& source, bool verify)
    : source_(source), zip_(std::move(bytes), source, verify) {
  if (!zip_.entries().empty()) {
    const auto first = zip_.entries().front().name;
    root_ = first.substr(0, first.find('/') + 1);  // "" if there is no slash
  }
  if (has("byteorder") && read("byteorder").view() != "little")
    fail(ErrorKind::file, "{}: its numbers are big endian, which is not read; save it again on a little-endian machine",
         source);
}

Bytes Archive::read(std::string_view record) {
  const auto* entry = zip_.find(root_ + std::string(record));
  if (!entry) fail(ErrorKind::file, "{}: archive has no {}", source_, escaped(record));
  return zip_.read(*entry);
}

}  // namespace reszoo

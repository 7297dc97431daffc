// Reads the archives that PyTorch writes: one folder of records in a zip file.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "reszoo/base/bytes.h"
#include "zip.h"

namespace reszoo {

class Archive {
 public:
  /// Throws: Error (file), whose message begins with `source`; also for big-endian data.
  Archive(Bytes bytes, const std::string& source, bool verify);

  bool has(std::string_view record) const { return zip_.find(root_ + std::string(record)) != nullptr; }
  /// Returns the bytes of a record.
  /// Throws: Error (file) if it is missing or damaged.
  Bytes read(std::string_view record);

  const Zip& zip() const { return zip_; }
  const std::string& root() const { return root_; }
  /// The largest size in bytes that a tensor may claim. It is larger than the archive, because a valid tensor can be an
  /// expanded view of few elements.
  uint64_t tensor_limit() const { return zip_.archive_size() + (uint64_t{256} << 20); }

 private:
  std::string source_;
  Zip zip_;
  std::string root_;  // with its slash
};

}  // namespace reszoo

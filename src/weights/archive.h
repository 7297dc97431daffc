// The archive that PyTorch writes: one folder of records in a zip file.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "reszoo/base/bytes.h"
#include "zip.h"

namespace reszoo {

class Archive {
 public:
  /// Throws: Error (file) that begins with `source`, also if its numbers are big endian.
  Archive(Bytes bytes, const std::string& source, bool verify);

  bool has(std::string_view record) const { return zip_.find(root_ + std::string(record)) != nullptr; }
  /// Throws: Error (file) if it is not there or damaged.
  Bytes read(std::string_view record);

  const Zip& zip() const { return zip_; }
  const std::string& root() const { return root_; }
  /// The most bytes that a tensor may claim: an honest view of few numbers can be expanded.
  uint64_t tensor_limit() const { return zip_.archive_size() + (uint64_t{256} << 20); }

 private:
  std::string source_;
  Zip zip_;
  std::string root_;  // with its slash
};

}  // namespace reszoo

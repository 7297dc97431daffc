// Reads zip archives that PyTorch writes; believes nothing that it has not checked.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reszoo/base/bytes.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {

/// One file in an archive.
struct ZipEntry {
  std::string_view name;
  uint64_t header = 0;       ///< where its local header begins
  uint64_t begin = 0;        ///< where its bytes begin
  uint64_t packed_size = 0;  ///< in the archive
  uint64_t size = 0;         ///< unpacked
  uint32_t crc = 0;
  uint16_t flags = 0;
  bool deflated = false;
};

/// The directory of an archive. All of it is checked at construction: end
/// records and directory agree, and each entry with its local header; names are
/// unique; entries lie before the directory and do not overlap.
/// Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
class Zip {
 public:
  /// Throws: Error (file) that begins with `source`.
  Zip(Bytes bytes, std::string source, bool verify);

  const std::vector<ZipEntry>& entries() const { return entries_; }
  /// Null if there is none.
  const ZipEntry* find(std::string_view name) const;

  /// The bytes of an entry: a part of the archive if it is stored, else unpacked.
  /// Their CRC-32 is compared if the archive is to be verified; so only what is
  /// read is checked.
  ///
  /// Throws: Error (file) for damage, and for a file without any CRC-32, which
  /// PyTorch can write.
  Bytes read(const ZipEntry& entry);

  size_t archive_size() const { return bytes_.size(); }

 private:
  /// The fields of the end record that count.
  struct End {
    uint64_t count = 0, size = 0, begin = 0;  // of the directory
    uint64_t own = 0;                         // where the end records begin
  };

  template <typename... Args>
  [[noreturn]] void reject(fmt::format_string<Args...> format, Args&&... args) const {
    fail(ErrorKind::file, "{}: zip archive is damaged or cut off: {}", source_,
         fmt::format(format, std::forward<Args>(args)...));
  }
  template <typename T>
  T number(uint64_t at) const;
  End read_end() const;
  End read_end64(uint64_t locator, const End& small) const;
  void read_directory(const End& end);
  ZipEntry read_central(uint64_t& at, uint64_t directory_end) const;
  void read_large_sizes(std::string_view extra, ZipEntry& entry) const;
  /// Returns where the entry ends, its data descriptor included.
  uint64_t check_local(ZipEntry& entry, uint64_t limit) const;
  uint64_t check_descriptor(const ZipEntry& entry, uint64_t at, uint64_t limit) const;
  void check_places(const std::vector<uint64_t>& ends) const;
  Bytes inflate(const ZipEntry& entry);
  void check_crc(const ZipEntry& entry, std::string_view content) const;

  Bytes bytes_;
  std::string source_;
  bool verify_;
  uint64_t inflated_ = 0;  // bytes so far
  std::vector<ZipEntry> entries_;
  std::unordered_map<std::string_view, size_t> by_name_;
};

}  // namespace reszoo

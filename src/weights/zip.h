// Reads zip archives that PyTorch writes, and checks everything that it uses.
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
  uint64_t header = 0;       ///< offset of its local header
  uint64_t begin = 0;        ///< offset of its bytes
  uint64_t packed_size = 0;  ///< size in the archive
  uint64_t size = 0;         ///< unpacked size
  uint32_t crc = 0;
  uint16_t flags = 0;
  bool deflated = false;
};

/// The directory of an archive. The constructor checks all of it: the end records match the directory, each entry
/// matches its local header, names are unique, and entries are before the directory and do not overlap.
/// Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
class Zip {
 public:
  /// Throws: Error (file), whose message begins with `source`.
  Zip(Bytes bytes, std::string source, bool verify);

  const std::vector<ZipEntry>& entries() const { return entries_; }
  /// Returns the entry, or nullptr if there is none.
  const ZipEntry* find(std::string_view name) const;

  /// Returns the bytes of an entry: a view of the archive if it is stored uncompressed, else the unpacked bytes. If the
  /// archive is to be verified, their CRC-32 is checked, so only entries that are read are verified.
  ///
  /// Throws: Error (file) if the entry is damaged, and for a file without any CRC-32, which PyTorch can write.
  Bytes read(const ZipEntry& entry);

  size_t archive_size() const { return bytes_.size(); }

 private:
  /// The fields of the end record that are used.
  struct End {
    uint64_t count = 0, size = 0, begin = 0;  // entries, bytes and offset of the directory
    uint64_t own = 0;                         // offset of the end records
  };

  template <typename... Args>
  [[noreturn]] void reject(fmt::format_string<Args...> format, Args&&... args) const {
    fail(ErrorKind::file, "{}: zip archive is damaged or cut off: {}", source_,
         fmt::format(format, std::forward<Args>(args)...));
  }
  template <typename T>
  T number(uint64_t at) const;
  uint64_t find_end() const;
  End read_end() const;
  End read_end64(uint64_t locator, const End& small) const;
  void read_directory(const End& end);
  ZipEntry read_central(uint64_t& at, uint64_t directory_end) const;
  void read_large_sizes(std::string_view extra, ZipEntry& entry) const;
  /// Checks the local header of an entry. Returns where the entry ends, including its data descriptor.
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

/// Reads the index of a tar archive. Private.
///
/// A reader of reszoo's own: training reads members in random order, so their places in the archive are needed, which
/// libarchive, a reader of streams, does not give.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// A file in an archive.
struct TarMember {
  std::string name;
  size_t begin = 0, size = 0;  ///< its bytes in the archive
};

/// The files of an archive in their order.
struct TarIndex {
  std::vector<TarMember> members;
  int64_t links = 0;  ///< symbolic links, and hard links to what the archive lacks
};

/// Returns whether bytes begin like a tar archive: with a header whose checksum is right. Needs 512 bytes.
bool is_tar(std::string_view start);

/// Returns the regular files of an archive: ustar, GNU (long names) and pax. A hard link is its target again; links are
/// counted; folders and other members are skipped.
/// Throws: Error (file), which begins with `source`, for an archive that is damaged or cut off, and for sparse files.
/// Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar 1.35, "Basic Tar Format".
TarIndex read_tar_index(std::string_view archive, const std::string& source);

}  // namespace reszoo

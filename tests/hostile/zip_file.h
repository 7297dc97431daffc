// Zip archives taken apart and put together again, with lies where they are wanted.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "random.h"

namespace reszoo::test {

/// An entry to write. What is given in place of a true value is written as it is.
struct ZipPart {
  std::string name, content;  // unpacked
  bool deflated = false;
  std::optional<uint32_t> crc = {}, size = {}, packed_size = {}, header = {};
};

/// Takes a sound archive apart.
std::vector<ZipPart> take_apart(const std::string& archive);

/// Writes an archive with true CRCs and sizes, but for the lies.
std::string put_together(const std::vector<ZipPart>& parts);

/// Lies about one entry, repeats, drops, renames, exchanges or compresses entries.
void damage_parts(std::vector<ZipPart>& parts, Random& random);

}  // namespace reszoo::test

// Takes zip archives apart and writes them again, optionally with false values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "random.h"

namespace reszoo::test {

/// An entry to write. A value that is given is written as it is, in place of the true one.
struct ZipPart {
  std::string name, content;  // uncompressed
  bool deflated = false;
  std::optional<uint32_t> crc = {}, size = {}, packed_size = {}, header = {};
};

/// Takes an undamaged archive apart.
std::vector<ZipPart> take_apart(const std::string& archive);

/// Writes an archive. CRCs and sizes are true unless an entry gives others.
std::string put_together(const std::vector<ZipPart>& parts);

/// Falsifies, repeats, removes, renames, exchanges or compresses entries.
void damage_parts(std::vector<ZipPart>& parts, Random& random);

}  // namespace reszoo::test

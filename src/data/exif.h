/// Reads the EXIF orientation.
#pragma once
#include <optional>
#include <string_view>

namespace reszoo {

/// Returns the orientation, 1 to 8, from an EXIF segment (APP1 of a JPEG). Returns nothing if the segment has no
/// orientation, is damaged or is not EXIF.
/// Source: CIPA DC-008, section 4.6: tag 0x0112 of the first directory.
std::optional<int> exif_orientation(std::string_view segment);

}  // namespace reszoo

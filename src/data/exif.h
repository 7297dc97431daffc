/// The one fact of EXIF that pixels depend on.
#pragma once
#include <optional>
#include <string_view>

namespace reszoo {

/// The orientation, 1 to 8, that an EXIF segment (APP1 of a JPEG) names; nothing where
/// it names none, is damaged or is no EXIF.
/// Source: CIPA DC-008, section 4.6: tag 0x0112 of the first directory.
std::optional<int> exif_orientation(std::string_view segment);

}  // namespace reszoo

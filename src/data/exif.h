/// Reads the orientation of an image from EXIF and XMP.
#pragma once
#include <optional>
#include <string_view>

namespace reszoo {

/// Returns the orientation, 1 to 8, from EXIF data with or without the start "Exif\0\0" (APP1 of a JPEG, the chunks of
/// PNG and WebP). The value may be a SHORT, a LONG or a signed integer. Returns nothing if the data have no
/// orientation, are damaged or are not EXIF. Source: CIPA DC-008, section 4.6: tag 0x0112 of the first directory.
std::optional<int> exif_orientation(std::string_view data);

/// Returns the orientation from an XMP packet, which Pillow takes where there is none in EXIF: `tiff:Orientation` as an
/// attribute or an element.
std::optional<int> xmp_orientation(std::string_view text);

}  // namespace reszoo

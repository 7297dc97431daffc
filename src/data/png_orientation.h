/// Where a PNG says how it is turned.
#pragma once
#include <optional>
#include <string_view>

namespace reszoo {

/// Returns the orientation, 1 to 8, that Pillow's getexif finds in a PNG: in its eXIf chunk, else in the text "Raw
/// profile type exif" as ImageMagick writes it, else in XMP; each before or behind the pixels, compressed or not.
/// Returns nothing if there is none, or if the text is damaged.
/// Source: PNG 3, sections 11.3.3 and 11.3.4.5; Pillow 13, Image.getexif.
std::optional<int> png_orientation(std::string_view png);

}  // namespace reszoo

/// The run lengths of BMP files.
#pragma once
#include <optional>
#include <string_view>

#include "reszoo/preprocess/image_buffer.h"

namespace reszoo {

/// Decodes the numbers of a palette's colours from runs of 8 or 4 bits a pixel, stored from the last row up. Pixels
/// that the runs leave out are 0. Returns nothing if the bytes end before the image. Source: BI_RLE8 and BI_RLE4 of
/// Microsoft's "Bitmap Compression".
std::optional<ImageBuffer> read_bmp_runs(std::string_view runs, int64_t height, int64_t width, bool half_bytes);

}  // namespace reszoo

/// TIFF files as LazyImage.
#pragma once
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// Opens a TIFF: reads its header now and its pixels on demand. It reads strips and tiles, samples together or in
/// planes, of 1 to 64 bits or floating point, in every compression of the installed libtiff. Gray, palettes, RGB, CMYK
/// and YCbCr become the bytes of Pillow: alpha is dropped, 16 bits become their upper 8. The orientation is applied.
///
/// Other files hold bands: several samples that are neither gray nor colours, or pages of one gray
/// sample of at least 8 bits that are equal in size and type. Of other files with several pages it is the first.
/// Throws: Error (file) that names `name`, here and in `read`, for a damaged file, a raw camera file, or a kind of TIFF
/// that is not read.
std::unique_ptr<LazyImage> open_tiff(Bytes bytes, const std::string& name);

}  // namespace reszoo

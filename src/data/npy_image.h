/// NumPy's .npy files as LazyImage.
#pragma once
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// Opens an array of integers, bools or floating point as an image: (H, W), (H, W, C) or (C, H, W). Two equal axes are
/// rows and columns; else the shorter one of the first and the last holds the channels, the last one if they are equal.
/// One and three channels are gray and RGB, other numbers are bands.
/// Throws: Error (file) that names `name` for a damaged file, another type or shape, or a value that is not finite.
/// Source: numpy.lib.format, versions 1.0 to 3.0.
std::unique_ptr<LazyImage> open_npy(Bytes bytes, const std::string& name);

}  // namespace reszoo

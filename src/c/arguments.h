/// What the functions of the C interface check of their arguments. Private.
#pragma once
#include <cstdint>
#include <string>

#include "reszoo/c/reszoo.h"
#include "reszoo/preprocess/image_view.h"

namespace reszoo::c {

/// Throws: Error (usage) for a negative number of rows.
void check_rows(int64_t rows);

/// Returns the name of an image for messages: its own, or its place.
/// Throws: Error (usage) if its data is NULL.
std::string checked_name(const reszoo_image& image, int64_t index);

/// Whether the image is the bytes of a file, and not pixels.
bool is_file(const reszoo_image& image);

/// Returns the pixels of an image.
/// Throws: Error (usage) for a height, width and stride that do not fit.
ImageView pixels_of(const reszoo_image& image, const std::string& name);

}  // namespace reszoo::c

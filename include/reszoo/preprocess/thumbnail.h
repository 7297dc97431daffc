/// Pictures to look at.
#pragma once
#include "reszoo/preprocess/picture.h"

namespace reszoo {

/// Makes a copy whose longer side is at most `longest` pixels; a picture that is no larger is read as it
/// is, and one that is gets three channels.
/// Throws: Error (file) for a damaged file.
Pixels thumbnail(const Picture& picture, int64_t longest);

}  // namespace reszoo

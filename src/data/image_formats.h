/// The formats of images: how their bytes begin, and who reads them.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "reszoo/base/bytes.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// A row of the table of formats.
struct ImageFormatRow {
  std::string_view name;
  bool (*begins)(std::string_view start);  ///< with at least kImageStart bytes
  std::unique_ptr<LazyImage> (*open)(Bytes bytes, const std::string& name) = nullptr;  ///< null: known, but not read
};

/// Returns the row of the bytes, or null.
const ImageFormatRow* find_image_format(std::string_view start);

}  // namespace reszoo

/// Encoded images by index: files, or parts of files.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "reszoo/base/bytes.h"
#include "reszoo/data/left_out.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// Encoded images and their names.
struct EncodedImages {
  std::vector<std::string> names;  ///< paths; for a member of an archive the archive's path and the member's
  /// Return the bytes of an image. Both are called concurrently. `map` may be lazy: only the pages that are accessed
  /// are read.
  std::function<Bytes(int64_t image)> read = {}, map = {};

  int64_t size() const { return std::ssize(names); }
};

/// Returns images in files, which are read on demand.
EncodedImages images_in_files(const std::vector<std::filesystem::path>& paths);

/// Returns the images with these indices.
EncodedImages take_images(const EncodedImages& all, const std::vector<int64_t>& images);

/// Returns the images of several lists, one after the other.
EncodedImages concat_images(std::vector<EncodedImages> lists);

/// Returns a source that opens these images.
ImageSource open_images(EncodedImages images);

/// The images at a path, whatever their classes, and what else is there.
struct FoundImages {
  EncodedImages images;
  LeftOut left_out = {};
};

/// Finds the images at a path: an image file; the images of a folder at any depth, sorted by path; those of tar
/// archives; those of Parquet files with a column of bytes; the files that a table names. Images are recognised by
/// their content. Linked folders are followed. Hidden files and folders are skipped; all other files are counted in
/// `left_out`. Throws: Error (file) for a path that cannot be read; Error (input), which says what is there, if there
/// is no image.
FoundImages find_images(const std::filesystem::path& path);

}  // namespace reszoo

#include "image_parts.h"
#include "image_tree.h"
#include "reszoo/base/error.h"
#include "reszoo/data/detect.h"

namespace reszoo {

FoundImages find_images(const std::filesystem::path& path) {
  switch (detect_data(path)) {
    case DataKind::image_file: return {.images = images_in_files({path})};
    case DataKind::image_archive: return images_in_archives(path);
    case DataKind::image_parquet: return images_in_parquet(path);
    case DataKind::table: return images_in_table(path);
    default: break;
  }
  if (!std::filesystem::is_directory(path))
    fail(ErrorKind::input, "{}: neither a table nor an image; this is {}", path.string(), describe_unknown(path));
  auto files = files_in(path);
  if (files.images.empty())
    fail(ErrorKind::input, "{}: no image in this folder, it is {}", path.string(), describe_unknown(path));
  return {.images = images_in_files(files.images), .left_out = std::move(files.left_out)};
}

}  // namespace reszoo

/// Images with their classes, from folders, tables, IDX and CIFAR files.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/data/image_files.h"
#include "reszoo/data/table.h"

namespace reszoo {

/// What happens to files that are no whole images.
enum class OnBadImage {
  automatic,  ///< the first look at all files fails; damage that shows in training is left out, up to a limit
  fail,       ///< always an error
  skip,       ///< left out, in both
};

/// Reads `fail` or `skip`; "" is automatic. Throws: Error (usage) for any other text.
OnBadImage parse_on_bad_image(std::string_view text);

/// How images are read.
struct ImageReadOptions {
  OnBadImage on_bad = OnBadImage::automatic;
  std::string path_column = {};   ///< of a table of files; "": `path`, `file`, `filename` or `image`
  std::string label_column = {};  ///< the same for the classes; "": `label`, `class` or `target`
  TableReadOptions table = {};    ///< how such a table is read
};

/// Numbered images with a class each.
struct ImageRows {
  ImageSource source;                                    ///< opens the image of a row, from 0
  Column labels;                                         ///< "label": names or numbers of classes
  std::vector<std::string> names = {};                   ///< paths of files; "train 17" of a set in memory, from 0
  std::optional<std::pair<int64_t, int64_t>> size = {};  ///< height and width of all, pixels; none where they differ
  int64_t channels = 3;                                  ///< 1 where all are gray

  int64_t rows() const { return labels.size(); }
};

/// The images with these numbers, (N) int64.
ImageRows take_images(const ImageRows& all, const Tensor& rows);

/// What one path holds: images to train on, and those that the path itself sets apart.
struct ImageSplits {
  ImageRows train;
  std::optional<ImageRows> validation = {}, test = {};
  std::vector<std::string> notes = {};  ///< lines about files that were left out
};

/// Reads a folder of IDX files or of CIFAR's, a folder of class folders, a folder of `train` and
/// maybe `val` (`valid`, `validation`) and `test` with class folders in each, or a table with a
/// column of paths and one of classes.
/// Throws: Error that names the file, folder or row; Error (usage) for another kind of data.
ImageSplits read_image_splits(const std::filesystem::path& path, const ImageReadOptions& options = {});

/// JPEG and PNG files of a folder, at any depth, sorted by path.
/// Throws: Error (input) for a folder without any.
std::vector<std::filesystem::path> image_files_in(const std::filesystem::path& folder);

}  // namespace reszoo

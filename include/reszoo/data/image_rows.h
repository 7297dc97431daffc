/// Images with class labels, from folders, tables, IDX and CIFAR files.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/data/image_files.h"
#include "reszoo/data/table.h"

namespace reszoo {

/// What to do with damaged or incomplete image files.
enum class OnBadImage {
  automatic,  ///< the initial check of all files fails; damage found during training is skipped, up to a limit
  fail,       ///< always fail
  skip,       ///< skip such files, in the initial check and during training
};

/// Parses `fail` or `skip`; "" is automatic. Throws: Error (usage) for any other text.
OnBadImage parse_on_bad_image(std::string_view text);

/// Options for reading images.
struct ImageReadOptions {
  OnBadImage on_bad = OnBadImage::automatic;
  std::string path_column = {};  ///< column of the paths in a table of files; "": `path`, `file`, `filename` or `image`
  std::string label_column = {};  ///< column of the classes in a table of files; "": `label`, `class` or `target`
  TableReadOptions table = {};    ///< options for reading such a table
};

/// Indexed images, each with a class label.
struct ImageRows {
  ImageSource source;  ///< opens the image with a given index, from 0
  Column labels;       ///< "label": class names or numbers
  /// File paths, or "train 17" for an image of an in-memory data set, counted from 0.
  std::vector<std::string> names = {};
  /// Height and width of all images in pixels; empty if they differ.
  std::optional<std::pair<int64_t, int64_t>> size = {};
  int64_t channels = 3;  ///< 1 if all images are gray

  int64_t rows() const { return labels.size(); }
};

/// Returns the images with these indices. Shape: rows (N) int64.
ImageRows take_images(const ImageRows& all, const Tensor& rows);

/// The content of a path: images for training, and the validation and test images that the path itself provides.
struct ImageSplits {
  ImageRows train;
  std::optional<ImageRows> validation = {}, test = {};
  std::vector<std::string> notes = {};  ///< one line for each group of skipped files
};

/// Reads an IDX folder, a CIFAR folder, a folder of class folders, a folder with `train` and optionally `val` (or
/// `valid`, `validation`) and `test` that each contain class folders, or a table with a column of paths and a column of
/// classes.
/// Throws: Error that names the file, folder or row; Error (usage) for another kind of data.
ImageSplits read_image_splits(const std::filesystem::path& path, const ImageReadOptions& options = {});

/// Returns the JPEG and PNG files of a folder, at any depth, sorted by path.
/// Throws: Error (input) for a folder without any.
std::vector<std::filesystem::path> image_files_in(const std::filesystem::path& folder);

}  // namespace reszoo

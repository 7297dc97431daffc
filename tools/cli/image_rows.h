/// Images with their classes, wherever they come from.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "reszoo/data/image_files.h"
#include "reszoo/data/table.h"

namespace reszoo::cli {

/// What happens to files that are no whole images.
enum class OnBad {
  usual,  ///< the first look at all files fails; damage that shows in training is left out, up to a limit
  fail,
  skip,   ///< left out, in both
};

/// How images are read.
struct ImageReadOptions {
  OnBad on_bad = OnBad::usual;
  std::string path_column, label_column;  ///< of a table of files; "": found, see read_image_parts
  TableReadOptions table = {};
};

/// Numbered images.
struct ImageRows {
  ImageSource source;
  Column labels;                                  ///< "label": names or numbers of classes
  std::vector<std::string> names = {};            ///< paths of files; "train 17" of a set in memory, from 0
  std::optional<std::pair<int64_t, int64_t>> size = {};  ///< height and width of all; none where they differ
  int64_t channels = 3;                           ///< 1 where all are grey

  int64_t rows() const { return labels.size(); }
};

/// The numbered rows (N) int64.
ImageRows take(const ImageRows& all, const Tensor& rows);

/// What one path holds: images to train on, and those that the path itself sets apart.
struct ImageParts {
  ImageRows train;
  std::optional<ImageRows> validation = {}, test = {};
  std::vector<std::string> notes = {};  ///< lines about files that were left out
};

/// Reads a folder of IDX files or of CIFAR's, a folder of class folders, a folder of `train` and
/// maybe `val` (`valid`, `validation`) and `test` with class folders in each, or a table with a
/// column of paths (`path`, `file`, `filename` or `image`) and one of classes.
/// Throws: Error that names the file, folder or row; Error (usage) for another kind of data.
ImageParts read_image_parts(const std::string& path, const ImageReadOptions& options);

}  // namespace reszoo::cli

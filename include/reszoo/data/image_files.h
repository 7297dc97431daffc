/// Image files with class labels.
#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/preprocess/frame.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

using at::Tensor;

/// Image files and the class of each file.
struct ImageFiles {
  std::vector<std::filesystem::path> paths;
  std::vector<std::string> labels;  ///< the class name of each file
};

/// Lists the images of a folder that has one subfolder per class: files with an image extension (`.jpg .jpeg .jpe .jfif
/// .png`, case-insensitive) at any depth. Classes and files are sorted by name. Hidden files and folders are skipped.
/// Throws: Error (file) for a folder that cannot be read; Error (input) for a folder without images, or naming a class
/// without images.
ImageFiles read_class_folders(const std::filesystem::path& folder);

/// Lists the files named in a table, which has one file and its class per row. Relative paths are resolved against the
/// folder `base`.
/// Throws: Error (input) that names the row of a missing path or class (rows count from 1).
ImageFiles files_of_table(const Frame& table, const std::string& path_column, const std::string& label_column,
                          const std::filesystem::path& base);

/// The result of checking the headers and ends of image files.
struct ImageScan {
  struct Bad {
    int64_t row;  ///< from 0
    std::string why;
  };
  std::vector<int64_t> heights = {}, widths = {};  ///< pixels; 0 for a bad file
  std::vector<int64_t> channels = {};              ///< that a network takes: 3 for gray and colours, else as stored
  std::vector<Bad> bad = {};
};

/// Checks every file in `threads` threads: whether it exists, is an image, is not truncated, and has as many channels
/// as most of the others. Damage in the middle of a file is found only when the file is decoded.
ImageScan scan_images(const ImageFiles& files, int64_t threads);

/// Returns a source that opens each of these files on demand.
ImageSource open_files(std::vector<std::filesystem::path> paths);

}  // namespace reszoo

/// Image files, each with its class.
#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/preprocess/frame.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

using at::Tensor;

/// Files and the class of each.
struct ImageFiles {
  std::vector<std::filesystem::path> paths;
  std::vector<std::string> labels;  ///< the name of each file's class
};

/// Lists the images of a folder that has a subfolder for each class: files with the extension of an image (`.jpg .jpeg
/// .jpe .jfif .png`, in capitals too) at any depth, classes and files sorted by name. Hidden files and folders are left
/// out.
/// Throws: Error (file) for a folder that cannot be read; Error (input) for one without images,
/// or a class without any, naming it.
ImageFiles read_class_folders(const std::filesystem::path& folder);

/// Lists the files that a table names, one per row with its class. Relative paths begin at the folder `base`.
/// Throws: Error (input) that names the row of a missing path or class (rows count from 1).
ImageFiles files_of_table(const Frame& table, const std::string& path_column, const std::string& label_column,
                          const std::filesystem::path& base);

/// The result of checking the headers and ends of files.
struct ImageScan {
  struct Bad {
    int64_t row;  ///< from 0
    std::string why;
  };
  std::vector<int64_t> heights = {}, widths = {};  ///< pixels; 0 for a bad file
  std::vector<Bad> bad = {};
};

/// Checks every file, in `threads` threads: that it exists, is an image, and is not cut off. Damage in the middle of a
/// file is found when it is decoded.
ImageScan scan_images(const ImageFiles& files, int64_t threads);

/// A source that opens these files when their images are asked for.
ImageSource open_files(std::vector<std::filesystem::path> paths);

}  // namespace reszoo

/// Images in files, with a class each.
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
  std::vector<std::string> labels;  ///< of each file the name of its class
};

/// Files of a folder that has a folder for each class: those that end as images do (`.jpg .jpeg
/// .jpe .jfif .png`, in capitals too), at any depth, classes and files sorted by name. Hidden files
/// and folders are left out.
/// Throws: Error (file) for a folder that cannot be read; Error (input) for one without images,
/// or a class without any, naming it.
ImageFiles read_class_folders(const std::filesystem::path& folder);

/// Files that a table names: a path a row, from the folder `base` where it is relative, and a class
/// a row. Throws: Error (input) naming the row of a missing path or class (rows count from 1).
ImageFiles files_of_table(const Frame& table, const std::string& path_column, const std::string& label_column,
                          const std::filesystem::path& base);

/// What a look at the heads and ends of all files says.
struct ImageScan {
  struct Bad {
    int64_t row;  ///< from 0
    std::string why;
  };
  std::vector<int64_t> heights = {}, widths = {};  ///< pixels; 0 of a bad file
  std::vector<Bad> bad = {};
};

/// Looks at every file in `threads` threads: that it is there, is an image, and does not end too
/// early. Damage in its middle is found when it is decoded.
ImageScan scan(const ImageFiles& files, int64_t threads);

/// The files as images that are opened when they are asked for.
ImageSource open_files(std::vector<std::filesystem::path> paths);

}  // namespace reszoo

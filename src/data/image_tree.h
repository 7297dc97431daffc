/// The images of a folder or an archive as a tree of folders. Private.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/data/encoded_images.h"

namespace reszoo {

/// A folder: its images by index, and its folders sorted by name.
struct ImageTree {
  std::string name = {};
  std::vector<int64_t> images = {};
  std::vector<ImageTree> folders = {};

  /// Returns the number of images at any depth.
  int64_t count() const;
  /// Returns all images at any depth, in the order of their indices: those of a folder on disk by path.
  std::vector<int64_t> all() const;
  /// Returns whether a folder in this folder has images at any depth.
  bool has_folders_of_images() const;
  /// Adds a folder by its path, `a/b`, and returns it.
  ImageTree& folder(const std::filesystem::path& path);
};

/// The files of a folder on disk.
struct FolderFiles {
  std::vector<std::filesystem::path> images;  ///< sorted
  ImageTree tree;                             ///< with indices into `images`; also has the folders without images
  LeftOut left_out;                           ///< names are relative to the folder
  std::vector<std::string> others;            ///< files in the folder itself that are no images, sorted
};

/// Lists a folder at any depth, as described in `find_images`.
/// Throws: Error (file) for a folder that cannot be read.
FolderFiles files_in(const std::filesystem::path& folder);

/// Counts the files of a folder, at any depth, that `wanted` does not accept.
LeftOut other_files_in(const std::filesystem::path& folder, bool (*wanted)(const std::filesystem::path& file));

/// Returns whether there is an image in a folder, at any depth; of a folder with many other files it looks at the first
/// 100,000 of them.
bool has_images(const std::filesystem::path& folder);

/// Returns the tree of the members of an archive, by their names.
ImageTree tree_of_names(const std::vector<std::string>& names);

}  // namespace reszoo

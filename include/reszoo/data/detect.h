/// Detects the kind of data at a path.
#pragma once
#include <filesystem>
#include <string>

namespace reszoo {

/// The kinds of data that reszoo reads.
enum class DataKind {
  table,         ///< see read_table
  idx_folder,    ///< see read_idx_folder
  cifar_folder,  ///< see read_cifar_folder
  image_file,    ///< see decode_image
  image_folder,  ///< a folder of class folders with images, or a folder with such a folder named `train`
  unknown,
};

/// Returns the name of a kind for messages: `table`, `IDX folder`, ...
std::string text_of(DataKind kind);

/// Detects the kind of data at a path: for a folder from the files in it, for a file from its first bytes.
/// Text of several lines is a table, and so is what the reader of tables refuses with a line about what it is. A pipe
/// can still be read afterwards. Throws: Error (file) for a path that does not exist or cannot be read.
DataKind detect_data(const std::filesystem::path& path);

/// Returns whether the folder has no class folders itself, but a subfolder `train` that has them.
bool is_split_folder(const std::filesystem::path& folder);

}  // namespace reszoo

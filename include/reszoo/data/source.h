/// Tells what kind of data a path holds.
#pragma once
#include <filesystem>
#include <string>

namespace reszoo {

/// Kinds of data that reszoo reads.
enum class DataKind {
  table,         ///< see read_table
  idx_folder,    ///< see read_idx_folder
  cifar_folder,  ///< see read_cifar_folder
  image_file,    ///< see decode_image
  image_folder,  ///< a folder of class folders with images in them, or of a `train` with such
  unknown,
};

/// A word for messages: `table`, `IDX folder`, ...
std::string text_of(DataKind kind);

/// Looks at a path: a folder by the files in it, a file by its first bytes, and
/// by its ending (`.csv`, `.tsv`, either with `.gz` or `.zst`) where they do not tell.
/// Throws: Error (file) for a path that does not exist or cannot be read.
DataKind detect_data(const std::filesystem::path& path);

/// Whether the folder has no class folders of its own, but a folder `train` with such.
bool is_split_folder(const std::filesystem::path& folder);

}  // namespace reszoo

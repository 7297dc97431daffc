/// Detects what kind of data a path holds.
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

/// The name of a kind for messages: `table`, `IDX folder`, ...
std::string text_of(DataKind kind);

/// Detects the kind of a path: of a folder by the files in it, of a file by its first bytes. Only CSV is recognised by
/// the file's extension (`.csv`, `.tsv`, each also with `.gz` or `.zst`). Throws: Error (file) for a path that does not
/// exist or cannot be read.
DataKind detect_data(const std::filesystem::path& path);

/// Whether the folder has no class folders itself but a subfolder `train` that has.
bool is_split_folder(const std::filesystem::path& folder);

}  // namespace reszoo

/// Detects the kind of data at a path.
#pragma once
#include <filesystem>
#include <string>

namespace reszoo {

/// The kinds of data that reszoo reads.
enum class DataKind {
  table,          ///< see read_table
  idx_folder,     ///< see read_idx_folder
  cifar_folder,   ///< see read_cifar_folder
  image_file,     ///< see decode_image
  image_folder,   ///< a folder with images, at any depth
  image_archive,  ///< tar archives with images: a file, a folder of them, or a pattern
  image_parquet,  ///< Parquet files with a column of encoded images: a file, a folder of them, or a pattern
  unknown,
};

/// Returns the name of a kind for messages: `table`, `IDX folder`, ...
std::string text_of(DataKind kind);

/// Detects the kind of data at a path: for a folder from the files in it, for a file from its first bytes (IDX also
/// from its name), for a pattern (`shard-{000..009}.tar`) from the first file that matches. Text of several lines is a
/// table, and so is what the reader of tables refuses with a line about what it is. A pipe can still be read
/// afterwards. Throws: Error (file) for a path that does not exist or cannot be read.
DataKind detect_data(const std::filesystem::path& path);

/// Returns what is at a path of an unknown kind, for messages: "a folder with 12 text files (a.txt, …)".
std::string describe_unknown(const std::filesystem::path& path);

}  // namespace reszoo

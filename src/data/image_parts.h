/// What the readers of image data return. Private.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "part_name.h"
#include "reszoo/data/encoded_images.h"
#include "reszoo/data/image_rows.h"

namespace reszoo {

/// Encoded images with their targets.
struct LabelledSet {
  EncodedImages images;
  Frame targets;
  bool classes = true;    ///< whether a target is a class even if it is a number
  std::string from = {};  ///< the folder or file within the data, for the line that says what was read
};

/// The parts of a data set as they are stored.
struct ImageParts {
  std::map<DataPart, LabelledSet> parts = {};
  LeftOut left_out = {};
  std::vector<std::string> notes = {};
};

// Each reader: see read_image_splits.
ImageParts read_class_folder_parts(const std::filesystem::path& folder, const ImageReadOptions& options);
ImageParts read_archive_parts(const std::filesystem::path& path, const ImageReadOptions& options);
ImageParts read_parquet_parts(const std::filesystem::path& path, const ImageReadOptions& options);
ImageParts read_table_parts(const std::filesystem::path& path, const ImageReadOptions& options);

/// Returns what was read in one line: "photos: 2 classes (cat, dog); 20 images in train, 8 in val; left out: …".
std::string line_of(const std::filesystem::path& path, const ImageSplits& splits, const ImageParts& read);

/// Returns all images of tar archives, and of Parquet files.
FoundImages images_in_archives(const std::filesystem::path& path);
FoundImages images_in_parquet(const std::filesystem::path& path);

/// Returns whether a file is a Parquet file with a column of encoded images.
bool is_image_parquet(const std::filesystem::path& path);

/// Returns whether a file is called like a tar archive, or is one by its content, also in gzip or zstd.
bool is_archive(const std::filesystem::path& path);

/// Returns the files that a path names: itself; those that a pattern with `{00..09}`, `{a,b}`, `*` or `?` matches;
/// those of a folder, at any depth, that `wanted` accepts; sorted.
/// Throws: Error (file) for a path that does not exist, or a file of a `{}` pattern that does not.
std::vector<std::filesystem::path> data_files(const std::filesystem::path& path,
                                              bool (*wanted)(const std::filesystem::path& file));

}  // namespace reszoo

/// Images with targets, from folders, tables, archives, Parquet, IDX and CIFAR files.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/data/image_files.h"
#include "reszoo/data/table.h"

namespace reszoo {

/// What to do with damaged or missing image files.
enum class OnBadImage {
  automatic,  ///< the initial check of all files stops; damage found during training is skipped, up to a limit
  stop,       ///< always stop
  skip,       ///< skip such files, in the initial check and later
};

/// Parses `stop` or `skip`; "" is automatic. Throws: Error (usage) for any other text.
OnBadImage parse_on_bad_image(std::string_view text);

/// How the folders of a folder are read, where names and contents leave two ways.
enum class FolderLayout {
  automatic,  ///< by names and contents
  classes,    ///< each folder is a class, even if it is called `train`
  splits,     ///< folders that are called like parts (`train`, `val`, `test`) are parts
};

/// Parses `classes` or `splits`; "" is automatic. Throws: Error (usage) for any other text.
FolderLayout parse_folder_layout(std::string_view text);

/// Options for reading images.
struct ImageReadOptions {
  OnBadImage on_bad = OnBadImage::automatic;
  FolderLayout layout = FolderLayout::automatic;
  /// Column of the paths in a table of files, or of the encoded images in a Parquet file. "": the usual names (`path`,
  /// `file`, `filename`, `image`, ...), else the column whose cells name files.
  std::string path_column = {};
  /// Target columns in a table, or the field of the labels in the JSON files of an archive. Empty: the usual names
  /// (`label`, `class`, `target`, `labels`, ...). A column or field of lists has several labels for each image.
  std::vector<std::string> label_columns = {};
  std::filesystem::path image_root = {};  ///< the folder of relative paths in a table; "": the table's folder
  std::string label_separator = {};       ///< between several labels in a cell; "": detected
  bool several_labels = false;            ///< whether cells that could be one class too have several labels
  TableReadOptions table = {};            ///< options for reading a table
  /// What a trained model predicts: its classes, and the names of its targets. Folders and columns are read by them.
  std::vector<std::string> classes = {}, targets = {};
};

/// Indexed images with their targets.
struct ImageRows {
  ImageSource source;  ///< opens the image with a given index, from 0
  Frame targets;       ///< the columns to predict; of folders and data sets of classes one column "label"
  /// File paths, or "train 17" for an image of an in-memory data set, counted from 0.
  std::vector<std::string> names = {};
  /// Height and width of all images in pixels; empty if they differ.
  std::optional<std::pair<int64_t, int64_t>> size = {};
  int64_t channels = 3;  ///< 1 if all images are gray
  bool classes = true;   ///< whether one target is a class even if it is a number

  int64_t rows() const { return targets.rows(); }
};

/// Returns the images with these indices. Shape: rows (N) int64.
ImageRows take_images(const ImageRows& all, const Tensor& rows);

/// The content of a path: images for training, and the validation and test images that the path itself provides.
struct ImageSplits {
  ImageRows train;  ///< without rows if the path has only a validation or test set
  std::optional<ImageRows> validation = {}, test = {};
  std::vector<std::string> notes = {};  ///< what was read, in one line; then a line for each damaged file
  LeftOut left_out = {};                ///< files and images that are left out
};

/// Reads images with their targets:
///
/// | path                  | what is read |
/// |-----------------------|-------------------------------------------------------------------------------------------|
/// | a folder of folders   | each folder is a class, with its images at any depth; or folders called like parts | | |
/// (`train`, `Training`, `val`, `valid`, `dev`, `test`, ...) with class folders              | | a table | a column of
/// paths and one or several of targets; a column `split` may have the parts      | | tar archives          |
/// WebDataset's samples (`1.jpg` and `1.cls`, `1.json` or `1.txt`), or class folders         | | Parquet | a column of
/// encoded images (Hugging Face's `struct{bytes, path}`) and columns of targets  | | an IDX folder or file | see
/// read_idx_folder                                                                       | | a CIFAR folder        |
/// see read_cifar_folder                                                                     |
///
/// Archives, Parquet files and IDX files may be in folders below; a name of a part in their path is their part. For
/// archives, Parquet files and tables `path` may be a pattern: `shard-{000..009}.tar`, `data/*.parquet`. Compressed
/// archives and the images of Parquet files are unpacked to a temporary file.
///
/// Throws: Error that names the file, folder or row; Error (input) that says how to choose if there are two ways to
/// read a folder; Error (usage), which says what was found, for another kind of data.
ImageSplits read_image_splits(const std::filesystem::path& path, const ImageReadOptions& options = {});

/// Returns the images named by a column of a table. Missing files are in `left_out` if `options.on_bad` is `skip`.
/// Throws: Error that names the row of a missing file.
FoundImages images_in_table(const std::filesystem::path& path, const ImageReadOptions& options = {});

}  // namespace reszoo

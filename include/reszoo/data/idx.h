/// Reads IDX files, the format of MNIST and Fashion-MNIST.
#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

namespace reszoo {

using at::Tensor;

/// Images of one size in memory, with their class labels.
struct ImageTensors {
  Tensor images;  ///< (N, C, H, W) uint8
  Tensor labels;  ///< (N) int64
};

/// The images of a data set, split into training and test images as the files are.
struct ImageTensorSplits {
  ImageTensors train, test;             ///< `test` is undefined if the data set has no test images
  std::vector<std::string> notes = {};  ///< a line for each file that is missing
};

/// Reads one IDX file of bytes, plain or gzip, with 1 to 4 dimensions.
/// Throws: Error (file) for a different magic number, or if the data does not have the length given in the header.
Tensor read_idx(const std::filesystem::path& path);

/// Reads `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same files with `t10k` or `test` for the test
/// images, in a folder or in folders below (`MNIST/raw`). `.idx` in place of `-idx`, a final `.gz` and a name in front
/// (`emnist-letters-train-images-idx3-ubyte.gz`) are accepted. Of a folder with several such data sets, `path` may be
/// the file of the training images of one. Throws: Error (file) that names a file which is missing or damaged, or two
/// files with different counts; Error (input) that lists the data sets if there are several.
ImageTensorSplits read_idx_folder(const std::filesystem::path& path);

/// Returns whether a path holds, or is, the images of an IDX data set.
bool is_idx_folder(const std::filesystem::path& path);

}  // namespace reszoo

/// Reads IDX files, the format of MNIST and Fashion-MNIST.
#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>

namespace reszoo {

using at::Tensor;

/// Images of one size in memory, with their class labels.
struct ImageTensors {
  Tensor images;  ///< (N, C, H, W) uint8
  Tensor labels;  ///< (N) int64
};

/// The images of a data set, split into training and test images as the files are.
struct ImageTensorSplits {
  ImageTensors train, test;
};

/// Reads one IDX file of bytes, plain or gzip, with 1 to 4 dimensions.
/// Throws: Error (file) for a different magic number, or if the data does not have the length given in the header.
Tensor read_idx(const std::filesystem::path& path);

/// Reads `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same files with `t10k` for the test images.
/// `.idx` in place of `-idx` and a final `.gz` are accepted.
/// Throws: Error (file) that names a file which is missing or damaged, or two files with different counts.
ImageTensorSplits read_idx_folder(const std::filesystem::path& folder);

/// Returns whether the folder holds the images of an IDX data set.
bool is_idx_folder(const std::filesystem::path& folder);

}  // namespace reszoo

/// Reads IDX files, the format of MNIST and its kin.
#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>

namespace reszoo {

using at::Tensor;

/// Images of one size, and a class each.
struct ImageTensors {
  Tensor images;  ///< (N, C, H, W) uint8
  Tensor labels;  ///< (N) int64
};

/// A set to train on and one to test with.
struct ImageTensorSplits {
  ImageTensors train, test;
};

/// Reads one IDX file of bytes, plain or gzip, with 1 to 4 dimensions.
/// Throws: Error (file) for another magic number, and when the data is not as
/// long as the header says.
Tensor read_idx(const std::filesystem::path& path);

/// Reads `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same with
/// `t10k` for the test; with `.idx` for `-idx`, and with or without `.gz`.
/// Throws: Error (file) naming a file that is missing or damaged, or files that
/// disagree in their count.
ImageTensorSplits read_idx_folder(const std::filesystem::path& folder);

/// Whether the folder holds the images of an IDX data set.
bool is_idx_folder(const std::filesystem::path& folder);

}  // namespace reszoo

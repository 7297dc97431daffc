/// The formats of CIFAR's files. Private.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/data/idx.h"

namespace reszoo {

inline constexpr int64_t kCifarSide = 32, kCifarPixels = 3 * kCifarSide * kCifarSide;

/// One of the four formats.
struct CifarFormat {
  int64_t classes;
  std::vector<std::string> train;  ///< names of the training files
  std::string test, names;         ///< names of the file of test images and of the file of class names
  ImageTensors (*read)(const std::filesystem::path& path, const CifarFormat& format);
  std::vector<std::string> (*read_names)(const std::filesystem::path& path);
  std::string subfolder;  ///< that the published archive makes
};

/// Checks the classes of a file.
/// Throws: Error (file) for one that the format does not have.
void check_cifar_classes(const ImageTensors& images, const CifarFormat& format, const std::filesystem::path& path);

// The Python version: pickles of a dictionary.
ImageTensors read_cifar_pickle(const std::filesystem::path& path, const CifarFormat& format);
std::vector<std::string> read_cifar_pickle_names(const std::filesystem::path& path);

/// Returns whether a file begins like a pickle.
bool is_cifar_pickle(const std::filesystem::path& path);

}  // namespace reszoo

/// Reads the binary files of CIFAR-10 and CIFAR-100.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/data/idx.h"

namespace reszoo {

/// Images and their class names.
struct CifarFolder {
  ImageTensorSplits splits;          ///< (N, 3, 32, 32)
  std::vector<std::string> classes;  ///< from the folder's text files; class numbers if there are no such files
};

/// Reads `data_batch_1.bin` .. `data_batch_5.bin` and `test_batch.bin` (CIFAR-10), or `train.bin` and `test.bin`
/// (CIFAR-100, the fine classes), with class names from `batches.meta.txt` or `fine_label_names.txt`. Missing training
/// files are skipped, but at least one is required.
///
/// Throws: Error (file) that names a file which is missing, does not consist of whole records, or contains a class
/// number that is too large.
/// Source: Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images".
CifarFolder read_cifar_folder(const std::filesystem::path& folder);

/// Returns whether the folder holds training files of CIFAR-10 or CIFAR-100.
bool is_cifar_folder(const std::filesystem::path& folder);

}  // namespace reszoo

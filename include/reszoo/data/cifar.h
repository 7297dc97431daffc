/// Reads the binary files of CIFAR-10 and CIFAR-100.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/data/idx.h"

namespace reszoo {

/// Images and the names of their classes.
struct CifarFolder {
  ImageTensorSplits splits;          ///< (N, 3, 32, 32)
  std::vector<std::string> classes;  ///< from the folder's text files; numbers without them
};

/// Reads `data_batch_1.bin` .. `data_batch_5.bin` and `test_batch.bin` (CIFAR-10), or `train.bin`
/// and `test.bin` (CIFAR-100, the fine classes), with names from `batches.meta.txt` or
/// `fine_label_names.txt`. Missing training files are left out, but one must be there.
///
/// Throws: Error (file) that names a file which is missing, does not consist of whole records, or has a class beyond
/// the last. Source: Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images".
CifarFolder read_cifar_folder(const std::filesystem::path& folder);

/// Whether the folder holds training files of either data set.
bool is_cifar_folder(const std::filesystem::path& folder);

}  // namespace reszoo

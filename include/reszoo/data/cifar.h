/// Reads the files of CIFAR-10 and CIFAR-100.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/data/idx.h"

namespace reszoo {

/// Images and their class names.
struct CifarFolder {
  ImageTensorSplits splits;          ///< (N, 3, 32, 32)
  std::vector<std::string> classes;  ///< from the folder's file of names; class numbers if there is none
};

/// Reads CIFAR-10 and CIFAR-100 (the fine classes), as binary files or as the pickles of the Python version, in the
/// folder or in the folder that the archive makes in it (`cifar-10-batches-py`, `cifar-10-batches-bin`,
/// `cifar-100-python`, `cifar-100-binary`). No code of a pickle is run.
///
/// |           | binary                                                          | Python |
/// |-----------|-----------------------------------------------------------------|--------------------------------------|
/// | CIFAR-10  | `data_batch_1.bin` .. `5`, `test_batch.bin`, `batches.meta.txt` | `data_batch_1` .. `5`, `test_batch`,
/// `batches.meta` | | CIFAR-100 | `train.bin`, `test.bin`, `fine_label_names.txt`                 | `train`, `test`,
/// `meta`              |
///
/// Missing files are skipped, and named in the notes, but one training file is required. Without the names of the
/// classes these are numbers.
///
/// Throws: Error (file) that names a file which is damaged, or contains a class number that is too large.
/// Source: Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images".
CifarFolder read_cifar_folder(const std::filesystem::path& folder);

/// Returns whether the folder holds training files of CIFAR-10 or CIFAR-100.
bool is_cifar_folder(const std::filesystem::path& folder);

}  // namespace reszoo

// Says what a file is that holds no weights that can be read, and what to do.
#pragma once
#include <filesystem>
#include <string>

#include "reszoo/base/bytes.h"

namespace reszoo {

/// Returns the rest of a message: "is a Git LFS pointer, not the weights; fetch them with git lfs pull"; "" for an
/// unknown file.
std::string describe_foreign(const Bytes& bytes, const std::string& source);

/// Returns the same for a folder: the file in it to name.
std::string describe_folder(const std::filesystem::path& folder);

}  // namespace reszoo

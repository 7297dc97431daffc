/// The folder that a run writes to.
#pragma once
#include <filesystem>

namespace reszoo::detail {

/// Creates the folder if it does not exist, and removes temporary files of a process that was killed while it wrote
/// there.
/// Throws: Error (file) if it cannot be created.
void open_run_folder(const std::filesystem::path& folder);

}  // namespace reszoo::detail

/// The folder that a run writes to.
#pragma once
#include <filesystem>

namespace reszoo::detail {

/// Makes the folder where there is none, and removes what is left of files that a process was
/// writing there when it was killed.
/// Throws: Error (file) if it cannot be made.
void open_run_folder(const std::filesystem::path& folder);

}  // namespace reszoo::detail

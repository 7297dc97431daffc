/// The output folder of a training run.
#pragma once
#include <filesystem>

namespace reszoo {

/// Creates the folder of a run if it does not exist. A folder that contains a model is rejected, unless `overwrite` or
/// `resume` is set; with `overwrite` the old files stay until new ones replace them. Without `resume` it removes the
/// files of an earlier search, ensemble or `keep_best_epochs`, which could be mistaken for files of this run.
/// Throws: Error (usage) for a folder with a model; (file) for a folder without a checkpoint to resume from, or one
/// that cannot be created.
void prepare_output_folder(const std::filesystem::path& folder, bool resume, bool overwrite);

/// Returns whether the folder has something that a run can resume from.
bool has_checkpoint(const std::filesystem::path& folder);

}  // namespace reszoo

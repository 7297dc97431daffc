/// The folder that a run of training writes to.
#pragma once
#include <filesystem>

namespace reszoo {

/// Makes the folder of a run if it is not there. Refuses one that would lose a model, unless `overwrite` is set: then
/// the old files stay until new ones take their place; or `resume`. Without `resume` it removes what an earlier search,
/// ensemble or `keep_best_epochs` left there, which would be taken for this run's.
/// Throws: Error (usage) for a folder with a model; (file) for one without a checkpoint to resume from,
/// or that cannot be made.
void prepare_output_folder(const std::filesystem::path& folder, bool resume, bool overwrite);

}  // namespace reszoo

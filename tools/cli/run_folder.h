/// The folder that a run of training writes to.
#pragma once
#include <filesystem>

namespace reszoo::cli {

/// Makes the folder if it is not there. Refuses one that would lose a model, but with `overwrite`,
/// when the old files stay until new ones take their place, and with `resume`. Without `resume` it takes
/// away what an earlier search, ensemble or `--keep` left there, which would be taken for this run's.
/// Throws: Error (usage) for a folder with a model; (file) for one without a checkpoint to resume from,
/// or that cannot be made.
void prepare_run_folder(const std::filesystem::path& folder, bool resume, bool overwrite);

}  // namespace reszoo::cli

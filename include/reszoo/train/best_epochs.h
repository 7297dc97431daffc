/// Keeps the weights files of several epochs in addition to the best one.
#pragma once
#include <filesystem>
#include <functional>
#include <vector>

#include "reszoo/train/train_state.h"
#include "reszoo/train/trainer_options.h"

namespace reszoo {

/// Returns the numbers of the `count` epochs with the best monitored metric, in ascending order; without validation,
/// the last `count` epochs. The result depends on the history alone, so a resumed run keeps the same epochs.
std::vector<int64_t> best_epochs(const std::vector<EpochRecord>& history, const Monitor& monitor, int64_t count);

/// Calls `save` with a path such as `model-epoch-012.safetensors` if the last epoch of the history is one of the
/// `kept`, and then removes the files of epochs that are not. For TrainerHooks::on_weights.
/// Throws: Error (file).
void keep_best_epochs(const std::filesystem::path& folder, const std::vector<EpochRecord>& history,
                      const std::vector<int64_t>& kept, const std::function<void(const std::filesystem::path&)>& save);

/// Whether the path has the name of such a file.
bool is_epoch_file(const std::filesystem::path& path);

}  // namespace reszoo

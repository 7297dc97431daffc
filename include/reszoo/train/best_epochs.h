/// Keeps the files of several epochs, beside the best one's.
#pragma once
#include <filesystem>
#include <functional>
#include <vector>

#include "reszoo/train/train_state.h"
#include "reszoo/train/trainer_options.h"

namespace reszoo {

/// Numbers of the `count` epochs with the best monitored metric, of the last ones without validation;
/// rising. It follows from the history alone, so a resumed run keeps the same.
std::vector<int64_t> best_epochs(const std::vector<EpochRecord>& history, const Monitor& monitor, int64_t count);

/// Calls `save` with the path of `model-epoch-012.safetensors` for the last epoch of the history, if it is one of the
/// `kept`, and then removes the files of epochs that are not. For TrainerHooks::on_weights.
/// Throws: Error (file).
void keep_best_epochs(const std::filesystem::path& folder, const std::vector<EpochRecord>& history,
                      const std::vector<int64_t>& kept, const std::function<void(const std::filesystem::path&)>& save);

/// Whether that is the name of such a file.
bool is_epoch_file(const std::filesystem::path& path);

}  // namespace reszoo

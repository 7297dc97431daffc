/// Models of several epochs, beside the best.
#pragma once
#include <filesystem>
#include <vector>

#include "reszoo/infer/model.h"
#include "reszoo/train/trainer.h"

namespace reszoo::cli {

/// Numbers of the `count` epochs with the best deciding metric, of the last ones without validation;
/// rising. It follows from the history alone, so a resumed run keeps the same.
std::vector<int64_t> kept_epochs(const std::vector<EpochRecord>& history, const Evaluation& evaluation, int64_t count);

/// Writes `model-epoch-012.safetensors` for the last epoch of the history, whose weights these are, if it
/// is one of the kept, and then removes those that no longer are.
/// Throws: Error (file).
void keep_epoch(const Model& model, const State& weights, const std::filesystem::path& folder,
                const std::vector<EpochRecord>& history, const std::vector<int64_t>& kept);

/// Whether that is the name of such a file.
bool is_epoch_file(const std::filesystem::path& path);

}  // namespace reszoo::cli

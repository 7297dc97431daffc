/// A TrainState as a file, and the log of a run.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>

#include "reszoo/train/train_state.h"

namespace reszoo {

/// Writes one safetensors file: tensors `weights.* average.* best.* optimizer.*
/// generator.cpu generator.cuda`, and a card with `kind: checkpoint`, the rest of
/// the state and `settings`, a flat object of what the run depends on.
///
/// Throws: Error (file) if it cannot be written; a file that was there stays whole.
void save_checkpoint(const std::filesystem::path& path, const TrainState& state,
                     const nlohmann::ordered_json& settings);

/// Reads a checkpoint that was made with the same settings. Another number of
/// `epochs` is accepted where `more_epochs` allows a larger one.
///
/// Throws: Error (file) if it is damaged or no checkpoint; Error (usage) that
/// names the first setting that differs.
TrainState load_checkpoint(const std::filesystem::path& path, const nlohmann::ordered_json& settings, bool more_epochs);

/// One line of JSON per epoch: epoch, step, loss, lr, the metrics, best, seconds,
/// items_per_second. A metric that is not a number is null.
std::string log_lines(const std::vector<EpochRecord>& history);

}  // namespace reszoo

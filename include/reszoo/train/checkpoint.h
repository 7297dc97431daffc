/// Stores a TrainState in a file; formats the log of a run.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>

#include "reszoo/base/bytes.h"
#include "reszoo/train/train_state.h"

namespace reszoo {

/// Writes one safetensors file. Its tensors are `weights.* average.* best.* optimizer.* generator.cpu generator.cuda`.
/// Its JSON metadata has `kind: checkpoint`, the rest of the state, and `settings`: a flat object with everything that
/// the run depends on.
///
/// Throws: Error (file) if it cannot be written; an existing file then stays intact.
void save_checkpoint(const std::filesystem::path& path, const TrainState& state,
                     const nlohmann::ordered_json& settings);

/// Reads a checkpoint that was made with the same settings. If `more_epochs` is set, `epochs` may be larger than in the
/// checkpoint.
///
/// Throws: Error (file) if the file is damaged or no checkpoint; Error (usage) with the name of the first setting that
/// differs.
TrainState load_checkpoint(const std::filesystem::path& path, const nlohmann::ordered_json& settings, bool more_epochs);
/// The same of a checkpoint in memory; `source` is its name in messages.
TrainState parse_checkpoint(const Bytes& bytes, const std::string& source, const nlohmann::ordered_json& settings,
                            bool more_epochs);

/// Formats one line of JSON per epoch: epoch, step, loss, lr, the metrics, best, seconds, items_per_second. A metric
/// that is NaN is written as null.
std::string log_lines(const std::vector<EpochRecord>& history);

}  // namespace reszoo

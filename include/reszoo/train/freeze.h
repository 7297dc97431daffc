/// Freezing and unfreezing parts of a network.
#pragma once
#include <torch/nn/module.h>

#include <cstdint>
#include <string>

namespace reszoo {

/// Freezes the parameters whose names match `pattern` (see ParameterRule): they require no gradient, and optimizers
/// skip them. If every parameter of a module is frozen, the batch norms in it are put into eval mode, so that their
/// statistics are frozen too.
///
///     freeze(*network, "*");
///     unfreeze(*network, network->head_path() + ".*");
///
/// A later `train()` of the whole module would undo that mode. The Trainer calls `train()` only on a module that it
/// receives in eval mode.
/// Returns: the number of parameters that match.
/// Throws: Error (usage) if none does; the message suggests the nearest pattern.
int64_t freeze(torch::nn::Module& module, const std::string& pattern);

/// The opposite of `freeze`. Batch norms in modules that are no longer entirely frozen are put into training mode.
int64_t unfreeze(torch::nn::Module& module, const std::string& pattern);

/// Freezes every batch norm: eval mode, and constant weight and bias. For batches that are too small for statistics.
/// Returns: the number of batch norms.
int64_t freeze_norms(torch::nn::Module& module);

}  // namespace reszoo

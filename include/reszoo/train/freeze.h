/// Freezing parts of a network.
#pragma once
#include <torch/nn/module.h>

#include <cstdint>
#include <string>

namespace reszoo {

/// Freezes the parameters whose names match `pattern` (see ParameterRule): they require no gradient, and an optimizer
/// skips them. If every parameter of a part is frozen, the batch norms in it go into eval mode, so that their
/// statistics stay too.
///
///     freeze(*network, "*");
///     unfreeze(*network, network->head_path() + ".*");
///
/// A later `train()` of the whole module would undo that mode: the Trainer calls it only
/// on a module that comes in eval mode.
/// Returns how many parameters match.
/// Throws: Error (usage) if none does; the nearest pattern is suggested.
int64_t freeze(torch::nn::Module& module, const std::string& pattern);

/// The opposite: batch norms whose part is no longer all frozen go into training mode.
int64_t unfreeze(torch::nn::Module& module, const std::string& pattern);

/// Freezes every batch norm: eval mode, and weight and bias as they are. For batches that
/// are too small for statistics. Returns how many there are.
int64_t freeze_norms(torch::nn::Module& module);

}  // namespace reszoo

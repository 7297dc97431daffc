/// Batch norms with the statistics of all processes.
#pragma once
#include "reszoo/base/process_group.h"
#include "reszoo/nn/network.h"

namespace reszoo::detail {

/// Returns the outputs of a network in training whose batch norms use the rows of all processes, of which each gives
/// its own, possibly none. Batch norms in evaluation mode stay as they are.
///
/// Throws: Error (usage) for a module that is no Network, or whose batch norms are inside modules that reszoo does not
/// know.
/// Source: torch.nn.SyncBatchNorm.
Tensor run_synced(const AnyModule& model, const Tensor& x, const std::shared_ptr<ProcessGroup>& group);

}  // namespace reszoo::detail

/// Runs a network on all rows of a dataset, without gradient.
#pragma once
#include <functional>

#include "reszoo/base/process_group.h"
#include "reszoo/train/dataset.h"

namespace reszoo {

/// The outputs of a network and the targets, on the CPU.
struct Predictions {
  Tensor outputs;  ///< (N, ...)
  Tensor targets;  ///< (N, ...), encoded
  Tensor rows;     ///< (N) int64 row indices
};

/// Calls `forward` for every batch of `data` in order, without gradient. The caller puts the network into evaluation
/// mode and `data` on its device. Rows with bad files are left out.
///
/// The processes of `group` share the batches; every one gets all rows, which are the same bits as those of one
/// process.
///
/// Shape: `forward` maps the inputs (B, ...) of a batch to its outputs (B, ...), on any device.
/// Throws: Error (input) if no row is left.
Predictions predict(const Dataset& data, int64_t batch_size, const std::function<Tensor(const Tensor& inputs)>& forward,
                    ProcessGroup* group = nullptr);

}  // namespace reszoo

/// Parts of a batch that pass through the network one after the other.
#pragma once
#include "reszoo/train/dataset.h"
#include "reszoo/train/trainer_options.h"

namespace reszoo::detail {

/// Returns rows [first, first + count) of a batch.
Batch part_of(const Batch& batch, int64_t first, int64_t count);

/// Returns the number of parts of a batch of `rows` rows, where a full one has `batch_size`. Parts are as large as
/// those of a full batch. No part has a single row, on which batch norm cannot train, unless all have.
int64_t parts_of(int64_t rows, int64_t batch_size, const TrainerOptions& options);

/// Returns the part's share of the batch's loss.
double share_of(const Batch& part, const Batch& batch);

}  // namespace reszoo::detail

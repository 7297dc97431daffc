/// The rows of a table as batches for a predictor. Private.
#pragma once
#include "reszoo/recipes/input_batches.h"

namespace reszoo::detail {

/// Selects the columns that the model's inputs need.
TableReadOptions columns_for(const Predictor& predictor, TableReadOptions options);

/// Calls `visit` with the batches of a table. If LibTorch may use several threads, one of them reads and prepares the
/// next rows meanwhile. `share` says which parts are visited; null: all.
void visit_table(const Predictor& predictor, TableReader reader, InputShare* share, const InputVisitor& visit);

}  // namespace reszoo::detail

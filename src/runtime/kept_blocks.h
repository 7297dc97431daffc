/// Runs float32 kernels on results that are kept in another form: block by block, in memory that stays in the L1 cache.
#pragma once
#include <functional>
#include <vector>

#include "runtime/fused_op.h"

namespace reszoo::detail {

/// Values of a block, float32.
struct FloatBlock {
  std::vector<const float*> inputs;
  float* y;
};

/// Calls `work(first, count, block)` for blocks of `count` values from `first` on, of `values` in all. `unit`: the
/// values that are not split. Inputs are converted before, and the result after that.
void for_each_float_block(const KernelCall& call, const std::vector<kernels::StoredAs>& reads,
                          const kernels::StoredAs& writes, int64_t values, int64_t unit,
                          const std::function<void(int64_t first, int64_t count, const FloatBlock& block)>& work);

}  // namespace reszoo::detail

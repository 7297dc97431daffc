#include <ATen/Parallel.h>
#include <ATen/ops/empty_like.h>

#include "kernels/gemm.h"
#include "kernels/member_weights.h"
#include "kernels/parallel_ranges.h"
#include "train/ensemble_fused.h"
#include "train/tabular_fused.h"

namespace reszoo::detail {
namespace {

/// out = the sum over the members of their parts.
void sum_parts(const EnsembleMemory& memory, const Tensor& parts, float* out) {
  const auto size = parts.numel() / memory.members;
  kernels::parallel_ranges(at::get_num_threads(), size, parts.numel(), [&](int64_t begin, int64_t end) {
    kernels::sum_members(read(parts), memory.members, size, begin, end, out);
  });
}

}  // namespace

void add_members(const EnsembleMemory& memory, const TabularTensors& gradients) {
  for (size_t i = 0; i < gradients.blocks.size(); ++i) {
    const auto& [norm, first, second] = gradients.blocks[i];
    if (first.weight.defined()) sum_parts(memory, memory.first[i].gradients, data(first.weight));
    if (second.weight.defined()) sum_parts(memory, memory.second[i].gradients, data(second.weight));
  }
  if (const auto& to = gradients.input.weight; to.defined()) {
    // The first member's part of the sum is where the sum goes, before it is transposed.
    auto* sum = data(memory.input_layer.gradients);
    sum_parts(memory, memory.input_layer.gradients, sum);
    kernels::transpose(sum, memory.features, memory.width, 0, memory.features, data(to));
  }
  const auto& input = memory.input;
  if (input.numbers == 0) return;
  sum_parts(memory, input.knot_gradients, data(input.knot_gradients));
  input.embedding_backward(read(input.knot_gradients), gradients.embedding);
}

Tensor features_backward(const EnsembleMemory& memory) {
  const auto width = memory.width, features = memory.features;
  auto out = at::empty_like(memory.input.plain);
  kernels::parallel_ranges(at::get_num_threads(), memory.rows, [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i < memory.members; ++i)
      kernels::multiply({read(memory.entry_gradient) + (i * memory.rows + begin) * width, width, 1},
                        read(memory.entry_matrices) + i * width * features, data(out) + begin * features,
                        {end - begin, features, width, i > 0});
  });
  return out;
}

}  // namespace reszoo::detail

#include "train/ensemble_memory.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "kernels/parallel_ranges.h"
#include "train/tabular_fused.h"

namespace reszoo::detail {
namespace {

constexpr int64_t kMemberRowsAtOnce = 128;

constexpr int64_t kLine = 16;  // floats of a cache line

/// Floats between buffers. Without them, the same rows of buffers of many rows would be a multiple of 4 KiB apart, and
/// compete for the same places in the cache.
constexpr int64_t kSkew = 5 * kLine;

int64_t whole_lines(int64_t size) { return (size + kLine - 1) / kLine * kLine; }

}  // namespace

void EnsembleMemory::fit(const TabularPlan& plan, int64_t row_count, int64_t feature_count) {
  const auto& weights = plan.tensors;
  const auto blocks = plan.blocks.size();
  rows = row_count;
  features = feature_count;
  members = plan.members;
  width = weights.input.weight.size(0);
  outputs = weights.output.weight.size(2);
  hidden.clear();
  for (const auto& block : weights.blocks) hidden.push_back(block.first.weight.size(0));
  widest_hidden = *std::max_element(hidden.begin(), hidden.end());
  widest = std::max({width, widest_hidden, features, outputs});
  fit_tensor(input_layer.transposed, {features, width});
  fit_tensor(input_layer.gradients, {members, features, width});
  first.resize(blocks);
  second.resize(blocks);
  activations.resize(blocks);
  for (size_t i = 0; i < blocks; ++i) {
    fit_tensor(first[i].transposed, {width, hidden[i]});
    fit_tensor(first[i].gradients, {members, hidden[i], width});
    fit_tensor(second[i].transposed, {hidden[i], width});
    fit_tensor(second[i].gradients, {members, width, hidden[i]});
    fit_tensor(activations[i], {members, rows, hidden[i]});
  }
  fit_all(normed, blocks + 1, {members, rows, width});
  fit_all(inverse, blocks + 1, {members, width});
  int64_t size = 0;
  scratch(nullptr, &size);
  fit_tensor(scratch_, {std::min<int64_t>(at::get_num_threads(), members), size});
}

MemberScratch EnsembleMemory::scratch(float* first_piece, int64_t* size) const {
  *size = 0;
  const auto take = [&](int64_t floats) {
    auto* piece = first_piece ? first_piece + *size : nullptr;
    *size += whole_lines(floats) + kSkew;
    return piece;
  };
  const auto matrix = width * std::max({features, widest_hidden, outputs});
  MemberScratch scratch{.stream = take(rows * width),
                        .entering = take(rows * width),
                        .inner = take(kMemberRowsAtOnce * widest_hidden),
                        .outer = take(kMemberRowsAtOnce * width),
                        .matrix = take(matrix),
                        .second_matrix = take(matrix),
                        .table = take(input.matrix_rows * width),
                        .vectors = {},
                        .sums = {}};
  for (auto*& vector : scratch.vectors) vector = take(widest);
  for (auto*& sum : scratch.sums) sum = reinterpret_cast<double*>(take(2 * widest));
  return scratch;
}

void EnsembleMemory::each_member(const std::function<void(int64_t, const MemberScratch&)>& work) const {
  kernels::parallel_tasks(scratch_.size(0), members, [&](int64_t thread, int64_t member) {
    int64_t size = 0;
    work(member, scratch(data(scratch_) + thread * scratch_.size(1), &size));
  });
}

void EnsembleMemory::each_rows(const std::function<void(int64_t, int64_t)>& work) const {
  for (int64_t first_row = 0; first_row < rows; first_row += kMemberRowsAtOnce)
    work(first_row, std::min(kMemberRowsAtOnce, rows - first_row));
}

}  // namespace reszoo::detail

#include "train/fast_memory.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "reszoo/base/parallel.h"

namespace reszoo {
namespace {

/// A part of fewer rows is not worth a thread.
constexpr int64_t kRowsOfATask = 16;

void fit_tensor(Tensor& tensor, at::IntArrayRef sizes) {
  if (!tensor.defined()) tensor = at::empty({0}, at::kFloat);
  tensor.resize_(sizes);
}

void fit_all(std::vector<Tensor>& tensors, size_t count, at::IntArrayRef sizes) {
  tensors.resize(count);
  for (auto& tensor : tensors) fit_tensor(tensor, sizes);
}

}  // namespace

namespace detail {

TabularTensors::TabularTensors(const std::vector<Tensor>& list) {
  size_t next = 0;
  const auto take = [&] {
    next += 2;
    return Pair{list[next - 2], list[next - 1]};
  };
  input = take();
  for (size_t i = 0; i < (list.size() - 6) / 6; ++i) {
    BlockTensors block;
    block.norm = take();
    block.first = take();
    block.second = take();
    blocks.push_back(std::move(block));
  }
  norm = take();
  output = take();
}

}  // namespace detail

void FastForward::Memory::fit(const detail::TabularPlan& plan, int64_t new_rows) {
  rows = new_rows;
  width = widest = plan.width();
  tasks = std::clamp<int64_t>(rows / kRowsOfATask, 1, at::get_num_threads());
  const auto blocks = plan.blocks.size();
  const std::vector<int64_t> shape{rows, width};
  fit_all(stream, blocks + 1, shape);
  fit_all(normed, blocks + 1, shape);
  activations.resize(blocks);
  bool residual = false;
  for (size_t i = 0; i < blocks; ++i) {
    const auto hidden = plan.blocks[i].first->options.out_features();
    fit_tensor(activations[i], {rows, hidden});
    widest = std::max(widest, hidden);
    residual = residual || plan.blocks[i].residual_dropout > 0;
  }
  norms.resize(blocks + 1);
  for (auto& norm : norms)
    for (auto* tensor : {&norm.mean, &norm.inverse, &norm.scale, &norm.shift}) fit_tensor(*tensor, {width});
  for (int i = 0; i < 2; ++i) {
    fit_tensor(stream_gradient[i], shape);
    if (residual) fit_tensor(branch_gradient[i], shape);
    fit_tensor(hidden_gradient[i], {rows, widest});
  }
  fit_tensor(normed_gradient, shape);
  for (auto* tensor : {&gain, &offset, &slope}) fit_tensor(*tensor, {width});
  fit_tensor(sums_, {tasks, kRoles, widest});
}

detail::Rows FastForward::Memory::part(int64_t task, int64_t columns) const {
  const auto first = rows * task / tasks;
  return {.first = first, .count = rows * (task + 1) / tasks - first, .width = columns};
}

float* FastForward::Memory::sums(int64_t task, int64_t role) const {
  return static_cast<float*>(sums_.mutable_data_ptr()) + (task * kRoles + role) * widest;
}

std::vector<double> FastForward::Memory::total(int64_t role, int64_t columns) const {
  std::vector<double> totals(static_cast<size_t>(columns));
  for (int64_t task = 0; task < tasks; ++task) {
    const auto* of_task = sums(task, role);
    for (size_t i = 0; i < totals.size(); ++i) totals[i] += static_cast<double>(of_task[i]);
  }
  return totals;
}

void FastForward::Memory::each_part(const std::function<void(int64_t task)>& work) const {
  parallel(tasks, [&](int64_t task) {
    const at::AutoDispatchBelowADInplaceOrView no_autograd;  // of this thread
    std::fill_n(sums(task, 0), kRoles * widest, 0.0f);
    work(task);
  });
}

}  // namespace reszoo

#include "train/tabular_workspace.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>

#include "kernels/parallel_ranges.h"
#include "reszoo/base/parallel.h"

namespace reszoo {
namespace {

constexpr int64_t kRoles = 4;

/// The minimum number of rows per task; fewer are too few for another thread.
constexpr int64_t kRowsOfATask = 16;

/// Rows that go through a block together.
constexpr int64_t kRowsAtOnce = 256;

}  // namespace

void detail::fit_tensor(Tensor& tensor, at::IntArrayRef sizes, at::ScalarType type) {
  if (!tensor.defined()) tensor = at::empty({0}, type);
  tensor.resize_(sizes);
}

void detail::fit_all(std::vector<Tensor>& tensors, size_t count, at::IntArrayRef sizes) {
  tensors.resize(count);
  for (auto& tensor : tensors) fit_tensor(tensor, sizes);
}

void FusedTraining::Memory::fit(const detail::TabularPlan& plan, const Tensor& x) {
  using detail::fit_all, detail::fit_tensor;
  rows = x.size(0);
  width = plan.width();
  const auto blocks = plan.blocks.size();
  hidden.clear();
  for (size_t i = 0; i < blocks; ++i) hidden.push_back(plan.hidden(i));
  widest = std::max(width, *std::max_element(hidden.begin(), hidden.end()));
  tasks = std::min(std::clamp<int64_t>(rows / kRowsOfATask, 1, at::get_num_threads()), rows);
  fit_tensor(input_weight, {x.size(1), width});
  first_weight.resize(blocks);
  second_weight.resize(blocks);
  activations.resize(blocks);
  for (size_t i = 0; i < blocks; ++i) {
    fit_tensor(first_weight[i], {width, hidden[i]});
    fit_tensor(second_weight[i], {hidden[i], width});
    fit_tensor(activations[i], {rows, hidden[i]});
  }
  fit_all(stream, blocks + 1, {rows, width});
  fit_all(normed, blocks + 1, {rows, width});
  norms.resize(blocks + 1);
  for (auto& norm : norms)
    for (auto* tensor : {&norm.mean, &norm.inverse, &norm.scale, &norm.shift}) fit_tensor(*tensor, {width});
  fit_tensor(sums_, {tasks, kRoles, widest}, at::kDouble);
  fit_backward(plan);
}

void FusedTraining::Memory::fit_backward(const detail::TabularPlan& plan) {
  using detail::fit_tensor;
  const bool apart =
      std::any_of(plan.blocks.begin(), plan.blocks.end(), [](const auto& block) { return block.residual_dropout > 0; });
  for (int i = 0; i < 2; ++i) {
    fit_tensor(stream_gradient[i], {rows, width});
    if (apart) fit_tensor(branch_gradient[i], {rows, width});
    fit_tensor(hidden_gradient[i], {rows, *std::max_element(hidden.begin(), hidden.end())});
  }
  fit_tensor(normed_gradient, {rows, width});
  for (auto* tensor : {&gain, &offset, &slope}) fit_tensor(*tensor, {width});
}

double* FusedTraining::Memory::sums(int64_t task, int64_t role) const {
  return static_cast<double*>(sums_.mutable_data_ptr()) + (task * kRoles + role) * widest;
}

std::vector<double> FusedTraining::Memory::total(int64_t role, int64_t columns) const {
  std::vector<double> totals(static_cast<size_t>(columns));
  for (int64_t task = 0; task < tasks; ++task) {
    const auto* of_task = sums(task, role);
    for (size_t i = 0; i < totals.size(); ++i) totals[i] += of_task[i];
  }
  return totals;
}

detail::Part FusedTraining::Memory::part(int64_t task) const {
  const auto range = kernels::part_of(rows, task, tasks);
  return {.task = task, .first = range.first, .count = range.size()};
}

void FusedTraining::Memory::each_part(const std::function<void(const detail::Part&)>& work,
                                      const std::function<void(int64_t task)>& rest) const {
  parallel(tasks, [&](int64_t task) {
    const at::AutoDispatchBelowADInplaceOrView no_autograd;  // autograd state is per thread
    std::fill_n(sums(task, 0), kRoles * widest, 0.0);
    const auto all = part(task);
    for (int64_t done = 0; done < all.count; done += kRowsAtOnce)
      work({.task = task, .first = all.first + done, .count = std::min(kRowsAtOnce, all.count - done)});
    if (rest) rest(task);
  });
}

}  // namespace reszoo

/// What a fast forward leaves for its backward.
#pragma once
#include <torch/custom_class.h>

#include <functional>
#include <vector>

#include "kernels/tabular.h"
#include "reszoo/train/fused_training.h"
#include "train/tabular_plan.h"

namespace reszoo {
namespace detail {

/// A norm, and the r of a linear layer of members behind it, as one multiplication
/// and addition a column: (width) each.
struct NormPass {
  bool exists = false;
  Tensor mean, inverse, scale, shift;  ///< inverse is 1 / sqrt(var + eps); without a norm 0, 1, 1, 0
  Tensor entry_scale, entry_shift;     ///< both times r
};

/// Rows that a thread works on at a time.
struct Part {
  int64_t task, first, count;

  kernels::Rows rows(int64_t width) const { return {.first = first, .count = count, .width = width}; }
};

}  // namespace detail

/// Buffers of one pass. Whoever holds it (a graph, or the FusedTraining) keeps it from being
/// written over. A row is one of the table: members lie side by side in it.
struct FusedTraining::Memory : torch::CustomClassHolder {
  /// Makes room for a pass over `x`; buffers only grow.
  void fit(const detail::TabularPlan& plan, const Tensor& x);

  /// The sums of a task; `role` counts the kinds of sums in one parallel section.
  float* sums(int64_t task, int64_t role) const;

  /// Sums of all tasks, in double: (columns).
  std::vector<double> total(int64_t role, int64_t columns) const;

  /// All rows of a task.
  detail::Part part(int64_t task) const;

  /// Shares the rows out: `work` is called for a few rows at a time, so that they stay in a
  /// core's own cache from one layer to the next, then `rest` once a task. Sums begin
  /// as 0; without autograd.
  void each_part(const std::function<void(const detail::Part&)>& work,
                 const std::function<void(int64_t task)>& rest = {}) const;

  int64_t rows = 0, members = 1, width = 0, tasks = 1, widest = 0;
  std::vector<int64_t> hidden;                                  ///< columns inside each block
  std::vector<kernels::DropoutMask> dropout, residual_dropout;  ///< of each block
  std::vector<detail::NormPass> norms;                          ///< of each block, then the head's

  // Weights transposed, (in, out): of the input layer, and of each block's two.
  Tensor input_weight;
  std::vector<Tensor> first_weight, second_weight;

  // (rows, columns). What comes out of a product is kept only where the members' scales
  // behind it need it; in a plain network it is the memory of what it becomes.
  Tensor entering, projected;        ///< x, of members times r; and behind the first product
  std::vector<Tensor> stream;        ///< what enters each block, and leaves the last
  std::vector<Tensor> normed;        ///< behind each norm, of members times r; of the head behind its ReLU
  std::vector<Tensor> inner, outer;  ///< behind the first and the second product of each block
  std::vector<Tensor> activations;   ///< behind ReLU and dropout, of members times r

  // Of the backward pass. Two that take turns: one is read while the other is written.
  Tensor stream_gradient[2], branch_gradient[2];  ///< behind a block; behind its second product
  Tensor hidden_gradient[2];                      ///< behind the first product
  Tensor normed_gradient;                         ///< before the first product
  Tensor entering_gradient;                       ///< of members
  Tensor gain, offset, slope;                     ///< (width): of a NormGradient
  Tensor gradients;                               ///< of all parameters, one after the other

 private:
  void fit_backward(const detail::TabularPlan& plan);

  Tensor sums_;  ///< (tasks, roles, widest)
};

}  // namespace reszoo

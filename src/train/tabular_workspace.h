/// Buffers that a fused forward pass leaves for its backward pass.
#pragma once
#include <torch/custom_class.h>

#include <functional>
#include <vector>

#include "kernels/tabular.h"
#include "reszoo/train/fused_training.h"
#include "train/tabular_plan.h"

namespace reszoo {
namespace detail {

/// A norm as one multiplication and addition per column, and the same combined with the member scale r of the linear
/// layer that follows: (width) each.
struct NormPass {
  bool exists = false;
  Tensor mean, inverse, scale, shift;  ///< inverse is 1 / sqrt(var + eps); without a norm the values are 0, 1, 1, 0
  Tensor entry_scale, entry_shift;     ///< scale and shift times r
};

/// Rows that a thread processes at once.
struct Part {
  int64_t task, first, count;

  kernels::Rows rows(int64_t width) const { return {.first = first, .count = count, .width = width}; }
};

}  // namespace detail

/// Buffers of one pass. They are not overwritten while an owner (an autograd graph or the FusedTraining) holds them. A
/// row is one table row; the members are side by side in it.
struct FusedTraining::Memory : torch::CustomClassHolder {
  /// Allocates the buffers for a pass over `x`; buffers only grow.
  void fit(const detail::TabularPlan& plan, const Tensor& x);

  /// Returns the sums of a task. `role` is the index of the kind of sum within one parallel section.
  float* sums(int64_t task, int64_t role) const;

  /// Returns the sums over all tasks, in double: (columns).
  std::vector<double> total(int64_t role, int64_t columns) const;

  /// Returns all rows of a task.
  detail::Part part(int64_t task) const;

  /// Divides the rows into tasks that run in parallel. `work` is called for a few rows at a time, so that they stay in
  /// a core's own cache from one layer to the next; afterwards `rest` is called once per task. Sums are set to 0 first;
  /// autograd is off.
  void each_part(const std::function<void(const detail::Part&)>& work,
                 const std::function<void(int64_t task)>& rest = {}) const;

  int64_t rows = 0, members = 1, width = 0, tasks = 1, widest = 0;
  std::vector<int64_t> hidden;                                  ///< hidden width of each block
  std::vector<kernels::DropoutMask> dropout, residual_dropout;  ///< mask of each block
  std::vector<detail::NormPass> norms;                          ///< norm of each block, then of the head

  // Transposed weights, (in, out): of the input layer, and of the two linear layers of each block.
  Tensor input_weight;
  std::vector<Tensor> first_weight, second_weight;

  // Buffers (rows, columns). The output of a product is stored separately only if the member scales that follow need
  // it; in a plain network it is overwritten in place.
  Tensor entering, projected;        ///< x (times r for members), and the output of the first product
  std::vector<Tensor> stream;        ///< input of each block, and output of the last
  std::vector<Tensor> normed;        ///< output of each norm (times r for members); for the head, after its ReLU
  std::vector<Tensor> inner, outer;  ///< output of the first and of the second product of each block
  std::vector<Tensor> activations;   ///< after ReLU and dropout (times r for members)

  // Buffers of the backward pass. Pairs are used in alternation: one is read while the other is written.
  Tensor stream_gradient[2], branch_gradient[2];  ///< gradient of a block's output; of its second product's output
  Tensor hidden_gradient[2];                      ///< gradient of the first product's output
  Tensor normed_gradient;                         ///< gradient of the first product's input
  Tensor entering_gradient;                       ///< for members
  Tensor gain, offset, slope;                     ///< (width): factors of a NormGradient
  Tensor gradients;                               ///< of all parameters, concatenated

 private:
  void fit_backward(const detail::TabularPlan& plan);

  Tensor sums_;  ///< (tasks, roles, widest)
};

}  // namespace reszoo

/// Buffers that a fused forward pass leaves for its backward pass.
#pragma once
#include <torch/custom_class.h>

#include <functional>
#include <vector>

#include "kernels/tabular.h"
#include "reszoo/train/fused_training.h"
#include "train/ensemble_memory.h"
#include "train/tabular_plan.h"

namespace reszoo {
namespace detail {

/// A norm as one multiplication and addition per column: (width) each.
struct NormPass {
  bool exists = false;
  Tensor mean, inverse, scale, shift;  ///< inverse is 1 / sqrt(var + eps); without a norm the values are 0, 1, 1, 0
};

/// Rows that a thread processes at once.
struct Part {
  int64_t task, first, count;

  kernels::Rows rows(int64_t width) const { return {.first = first, .count = count, .width = width}; }
};

/// Allocates the tensor, or changes its shape; its memory only grows.
void fit_tensor(Tensor& tensor, at::IntArrayRef sizes, at::ScalarType type = at::kFloat);
void fit_all(std::vector<Tensor>& tensors, size_t count, at::IntArrayRef sizes);

}  // namespace detail

/// Buffers of one pass. They are not overwritten while an owner (an autograd graph or the FusedTraining) holds them.
/// A k-ensemble has those in `ensemble`, any other network the rest.
struct FusedTraining::Memory : torch::CustomClassHolder {
  /// Allocates the buffers for a pass over `x`; buffers only grow.
  void fit(const detail::TabularPlan& plan, const Tensor& x);

  /// Returns the sums of a task. `role` is the index of the kind of sum within one parallel section.
  double* sums(int64_t task, int64_t role) const;

  /// Returns the sums over all tasks, in double: (columns).
  std::vector<double> total(int64_t role, int64_t columns) const;

  /// Returns all rows of a task.
  detail::Part part(int64_t task) const;

  /// Divides the rows into tasks that run in parallel. `work` is called for a few rows at a time, so that they stay in
  /// a core's own cache from one layer to the next; afterwards `rest` is called once per task. Sums are set to 0 first;
  /// autograd is off.
  void each_part(const std::function<void(const detail::Part&)>& work,
                 const std::function<void(int64_t task)>& rest = {}) const;

  bool is_ensemble = false;
  detail::EnsembleMemory ensemble;

  int64_t rows = 0, width = 0, tasks = 1, widest = 0;
  std::vector<int64_t> hidden;                                  ///< hidden width of each block
  std::vector<kernels::DropoutMask> dropout, residual_dropout;  ///< mask of each block
  std::vector<detail::NormPass> norms;                          ///< norm of each block, then of the head

  // Transposed weights, (in, out): of the input layer, and of the two linear layers of each block.
  Tensor input_weight;
  std::vector<Tensor> first_weight, second_weight;

  // Buffers (rows, columns). The output of a product is overwritten in place.
  std::vector<Tensor> stream;       ///< input of each block, and output of the last
  std::vector<Tensor> normed;       ///< output of each norm; for the head, after its ReLU
  std::vector<Tensor> activations;  ///< of each block: after ReLU and dropout

  // Buffers of the backward pass. Pairs are used in alternation: one is read while the other is written.
  Tensor stream_gradient[2], branch_gradient[2];  ///< gradient of a block's output; of its second product's output
  Tensor hidden_gradient[2];                      ///< gradient of the first product's output
  Tensor normed_gradient;                         ///< gradient of the first product's input
  Tensor gain, offset, slope;                     ///< (width): factors of a NormGradient
  Tensor gradients;                               ///< of all parameters, concatenated

 private:
  void fit_backward(const detail::TabularPlan& plan);

  Tensor sums_;  ///< (tasks, roles, widest)
};

}  // namespace reszoo

/// What a fast forward leaves for its backward.
#pragma once
#include <torch/custom_class.h>

#include <vector>

#include "reszoo/train/fast_forward.h"
#include "train/fast_kernels.h"
#include "train/fast_plan.h"

namespace reszoo::detail {

/// The tensors of one part: its parameters, or their gradients.
struct Pair {
  Tensor weight, bias;
};

struct BlockTensors {
  Pair norm, first, second;
};

/// The tensors of a network by part, from a list in the order of `TabularPlan::parameters`.
struct TabularTensors {
  explicit TabularTensors(const std::vector<Tensor>& list);

  /// That of block `i`, or of the head for the number behind the last block.
  const Pair& norm_of(size_t i) const { return i < blocks.size() ? blocks[i].norm : norm; }

  Pair input;
  std::vector<BlockTensors> blocks;
  Pair norm, output;
};

/// A norm as one multiplication and addition a column; mean 0 and scale 1 where there is none.
struct NormTensors {
  bool exists = false;
  Tensor mean, inverse, scale, shift;  ///< (width); inverse is 1 / sqrt(var + eps)
};

}  // namespace reszoo::detail

namespace reszoo {

/// Buffers of one pass. Whoever holds it (a graph, or the FastForward) keeps it from being
/// written over.
struct FastForward::Memory : torch::CustomClassHolder {
  /// Makes room for a pass; buffers only grow.
  void fit(const detail::TabularPlan& plan, int64_t new_rows);

  /// Rows of the part `task`, of `width` columns.
  detail::Rows part(int64_t task, int64_t width) const;

  /// The sums of a task; `role` counts the kinds of sums in one parallel section.
  float* sums(int64_t task, int64_t role) const;

  /// Sums of all tasks, in double: (columns).
  std::vector<double> total(int64_t role, int64_t columns) const;

  /// Runs `work` for each part of the rows, its sums set to zero, without autograd.
  void each_part(const std::function<void(int64_t task)>& work) const;

  int64_t rows = 0, width = 0, tasks = 1, widest = 0;
  std::vector<detail::DropoutMask> dropout, residual_dropout;  ///< of each block
  std::vector<detail::NormTensors> norms;                      ///< of each block, then the head's
  std::vector<Tensor> stream;       ///< (rows, width): what enters each block, and leaves the last
  std::vector<Tensor> normed;       ///< (rows, width): behind each norm; of the head behind its ReLU
  std::vector<Tensor> activations;  ///< (rows, hidden): behind ReLU and dropout

  // Of the backward pass. Two that take turns: one is read while the other is written.
  Tensor stream_gradient[2], branch_gradient[2];  ///< (rows, width); the second only with residual dropout
  Tensor hidden_gradient[2];                      ///< (rows, hidden)
  Tensor normed_gradient;                         ///< (rows, width): behind a norm
  Tensor gain, offset, slope;                     ///< (width): of a NormGradient
  Tensor gradients;                               ///< of all parameters, one after the other

 private:
  static constexpr int64_t kRoles = 4;
  Tensor sums_;  ///< (tasks, kRoles, widest)
};

}  // namespace reszoo

/// The parts of a tabular network that the fast path computes itself.
#pragma once
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/linear.h>

#include <optional>
#include <vector>

#include "reszoo/nn/network.h"

namespace reszoo::detail {

/// y = x + dropout(second(dropout(relu(first(norm(x)))))).
struct BlockPlan {
  nn::BatchNorm1dImpl* norm;  ///< nullptr: none
  nn::LinearImpl *first, *second;
  double dropout, residual_dropout;  ///< 0 where the module is in eval mode
};

/// y = output(relu(norm(blocks(input(x))))). It refers to the network's modules.
struct TabularPlan {
  size_t encoders;  ///< steps of the body before `input`, which run as they are
  nn::LinearImpl* input;
  std::vector<BlockPlan> blocks;
  nn::BatchNorm1dImpl* norm;  ///< nullptr: none
  nn::LinearImpl* output;

  int64_t width() const { return input->options.out_features(); }

  /// Weight and bias of each part, in order; empty ones for a norm that is none.
  std::vector<Tensor> parameters() const;
};

/// Reads the parts by their types: float32 on the CPU, batch norm in training mode
/// or none, ReLU, identity shortcuts. Nothing where any other part stands.
std::optional<TabularPlan> plan_of(const NetworkImpl& network);

}  // namespace reszoo::detail

/// The parts of a tabular network that the fast path computes itself.
#pragma once
#include <torch/nn/modules/batchnorm.h>

#include <optional>
#include <vector>

#include "reszoo/graph/graph.h"

namespace reszoo::detail {

/// The tensors of a linear layer, plain or of the members of a k-ensemble, or their
/// gradients. Empty ones stand for what there is not: `r` and `s` of a plain layer.
struct LinearTensors {
  Tensor weight, bias, r, s;
};

/// The tensors of a norm, empty ones where there is none, or their gradients.
struct NormTensors {
  Tensor weight, bias;
};

struct BlockTensors {
  NormTensors norm;
  LinearTensors first, second;
};

/// The tensors of the parts of a network, which can be made a list and read from one.
struct TabularTensors {
  LinearTensors input;
  std::vector<BlockTensors> blocks;
  NormTensors norm;  ///< of the head

  /// That of block `i`, or of the head for the number behind the last block.
  const NormTensors& norm_of(size_t i) const { return i < blocks.size() ? blocks[i].norm : norm; }

  std::vector<Tensor> list() const;
  static TabularTensors from(const std::vector<Tensor>& list);
};

/// y = relu(norm(blocks(input(x)))), where a block is
/// x + dropout(second(dropout(relu(first(norm(x)))))). It shares the network's modules.
struct TabularPlan {
  struct Block {
    double dropout, residual_dropout;  ///< 0 where the module is in eval mode
  };

  std::vector<AnyModule> encoders;          ///< before `input`; they run as they are
  int64_t members;                          ///< of a k-ensemble, side by side in a row; 1: a plain network
  std::vector<nn::BatchNorm1dImpl*> norms;  ///< of each block, then of the head; nullptr: none
  std::vector<Block> blocks;
  TabularTensors tensors;
  AnyModule output;  ///< the last layer, which runs as it is

  int64_t width() const { return members * tensors.input.weight.size(0); }
  int64_t hidden(size_t i) const { return members * tensors.blocks[i].first.weight.size(0); }
};

/// Reads the parts off the network's graph: float32 on the CPU, linear layers plain or of a
/// BatchEnsemble, batch norm in training mode or none, ReLU, identity shortcuts.
/// Nothing where any other part stands.
std::optional<TabularPlan> plan_of(const Network& network, const Graph& graph);

/// Whether a Chain of the network runs with activation checkpoints, which a graph does not show.
bool has_checkpoints(const Network& network);

}  // namespace reszoo::detail

/// The parts of a tabular network that the fused passes compute.
#pragma once
#include <torch/nn/modules/batchnorm.h>

#include <optional>
#include <vector>

#include "reszoo/graph/graph.h"

namespace reszoo::detail {

/// The tensors of a linear layer, plain or of the members of a k-ensemble, or their gradients. Tensors that a layer
/// does not have are empty: `r` and `s` of a plain layer.
struct LinearTensors {
  Tensor weight, bias, r, s;
};

/// The tensors of a norm, or their gradients; empty if there is no norm.
struct NormTensors {
  Tensor weight, bias;
};

struct BlockTensors {
  NormTensors norm;
  LinearTensors first, second;
};

/// The tensors of the supported parts of a network. Can be converted to a list and back.
struct TabularTensors {
  LinearTensors input;
  std::vector<BlockTensors> blocks;
  NormTensors norm;  ///< norm of the head

  /// Returns the tensors of the norm of block `i`; if `i` is the number of blocks, those of the head's norm.
  const NormTensors& norm_of(size_t i) const { return i < blocks.size() ? blocks[i].norm : norm; }

  std::vector<Tensor> list() const;
  static TabularTensors from(const std::vector<Tensor>& list);
};

/// y = relu(norm(blocks(input(x)))), where a block is
/// x + dropout(second(dropout(relu(first(norm(x)))))). Shares the network's modules.
struct TabularPlan {
  struct Block {
    double dropout, residual_dropout;  ///< 0 if the dropout module is in eval mode
  };

  std::vector<AnyModule> encoders;          ///< modules before `input`; they run as they are
  int64_t members;                          ///< members of a k-ensemble, side by side in a row; 1: a plain network
  std::vector<nn::BatchNorm1dImpl*> norms;  ///< norm of each block, then of the head; nullptr: none
  std::vector<Block> blocks;
  TabularTensors tensors;
  AnyModule output;  ///< the last layer; it runs as it is

  int64_t width() const { return members * tensors.input.weight.size(0); }
  int64_t hidden(size_t i) const { return members * tensors.blocks[i].first.weight.size(0); }
};

/// Extracts the parts from the network's graph: float32 on the CPU, linear layers, plain or of a BatchEnsemble; batch
/// norm in training mode, or none; ReLU; identity shortcuts. Returns nothing if the network contains any other part.
std::optional<TabularPlan> plan_of(const Network& network, const Graph& graph);

/// Whether a Chain of the network runs with activation checkpoints, which the graph does not show.
bool has_checkpoints(const Network& network);

}  // namespace reszoo::detail

/// The parts of a tabular network that the fused passes compute.
#pragma once
#include <torch/nn/modules/batchnorm.h>

#include <optional>
#include <vector>

#include "reszoo/base/bin_edges.h"
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

/// The tensors of the piecewise linear embedding of numbers, or their gradients; empty if there is none.
struct EmbeddingTensors {
  Tensor weight, bias;  ///< of linear0: (columns, width)
  Tensor bins;          ///< of linear: (columns, bins, width)
};

/// The tensors of the supported parts of a network. Can be converted to a list and back.
struct TabularTensors {
  EmbeddingTensors embedding;
  LinearTensors input;
  std::vector<BlockTensors> blocks;
  NormTensors norm;      ///< norm of the head
  LinearTensors output;  ///< of a k-ensemble: weight (k, in, out) and bias (k, out); otherwise empty

  /// Returns the tensors of the norm of block `i`; if `i` is the number of blocks, those of the head's norm.
  const NormTensors& norm_of(size_t i) const { return i < blocks.size() ? blocks[i].norm : norm; }

  std::vector<Tensor> list() const;
  static TabularTensors from(const std::vector<Tensor>& list);
};

/// The columns of a table whose features need not be computed: the first linear layer of a k-ensemble reads the
/// columns.
///
/// Numbers with piecewise linear embeddings come first, then plain numbers, then one-hot categories.
struct TableColumns {
  Bins bins = {};     ///< of the embedded numbers
  int64_t width = 0;  ///< features of an embedded number
  int64_t plain = 0;  ///< numbers that are features themselves
  std::vector<int64_t> cardinalities = {};

  int64_t embedded() const { return static_cast<int64_t>(bins.size()); }
};

/// y = relu(norm(blocks(input(x)))), where a block is
/// x + dropout(second(dropout(relu(first(norm(x)))))). A k-ensemble's output layer follows. Shares the network's
/// modules.
struct TabularPlan {
  struct Block {
    double dropout, residual_dropout;  ///< 0 if the dropout module is in eval mode
  };

  std::vector<AnyModule> encoders;          ///< modules before `input`; they run as they are
  bool training;                            ///< whether norms use the statistics of the rows and update theirs
  bool ensemble;                            ///< whether the linear layers are those of a k-ensemble
  int64_t members;                          ///< members of a k-ensemble; 1: a plain network
  std::optional<TableColumns> columns;      ///< of a k-ensemble, if it can read them instead of the encoders' output
  std::vector<nn::BatchNorm1dImpl*> norms;  ///< norm of each block, then of the head; nullptr: none
  std::vector<Block> blocks;
  TabularTensors tensors;
  AnyModule output;  ///< the last layer; that of a plain network runs as it is

  int64_t width() const { return members * tensors.input.weight.size(0); }
  int64_t hidden(size_t i) const { return members * tensors.blocks[i].first.weight.size(0); }
};

/// Extracts the parts from the network's graph: float32 on the CPU, linear layers, plain or of a BatchEnsemble; batch
/// norm, or none, all in training mode if `training` is true and none if it is false; ReLU; identity shortcuts. Returns
/// nothing if the network contains any other part.
std::optional<TabularPlan> plan_of(const Network& network, const Graph& graph, bool training = true);

/// Returns the columns that the encoders read, if the first layer of a k-ensemble can read them itself; sets the
/// tensors of their embedding.
std::optional<TableColumns> columns_of(const std::vector<AnyModule>& encoders, EmbeddingTensors& tensors);

/// Whether the passes can read the tensor: dense, float32, on the CPU.
bool is_plain(const Tensor& tensor);

/// Whether a Chain of the network runs with activation checkpoints, which the graph does not show.
bool has_checkpoints(const Network& network);

}  // namespace reszoo::detail

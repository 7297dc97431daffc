/// What a fused network computes, for files that other programs run.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "reszoo/fusion/quantize.h"
#include "reszoo/graph/operation.h"

namespace reszoo {

/// An operation with the norms in its weights, and what follows it: y = activation(op(x) + residual).
struct FoldedOperation {
  Primitive primitive;
  std::string key;             ///< path of its layer
  std::vector<size_t> inputs;  ///< indices of earlier operations; the residual is the last one
  bool residual = false;
  std::optional<ops::Activation> activation = {};
  size_t operation = 0;                      ///< index of the operation that has its result before folding
  bool flat = false;                         ///< a pool whose result is (N, C)
  bool int8 = false;                         ///< a layer that multiplies 8-bit integers
  std::optional<ValueRange> product = {};    ///< of such a layer: the range of its result before the residual
  std::optional<ValueRange> stored_as = {};  ///< the range of a result that is stored as 8-bit integers
};

/// Folds operations, whose last one is the result, as `fuse` does for int8. Nothing is in int8 without a quantization.
/// `input` is a shape of the network's input.
/// Shape: folded weights are float32.
std::vector<FoldedOperation> folded_operations(const Graph& graph, const Operations& operations,
                                               const Quantization& quantization, const std::vector<int64_t>& input);

}  // namespace reszoo

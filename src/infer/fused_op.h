/// The operations that a network is fused into, before they know the shape of their input.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "infer/conv_layer.h"
#include "reszoo/graph/graph.h"

namespace reszoo::detail {

/// What the results of operations are.
struct TensorType {
  at::Device device = at::kCPU;
  at::ScalarType type = at::kFloat;         ///< of maps and folded weights
  at::ScalarType module_type = at::kFloat;  ///< of modules that run as they are
};

enum class OpKind {
  input,  ///< the network's input
  conv,   ///< convolution or linear layer, then residual (a second input), then ReLU
  max_pool,
  average,      ///< average of windows, or of the whole map
  scale_shift,  ///< x * scale + shift of each channel, or x * gate of a second input; then residual, then ReLU
  add,          ///< two inputs, then ReLU
  flatten,      ///< (N, C, H, W) to (N, H * W * C): the layer behind it reads its weights in that order
  plain,        ///< the module itself
};

struct PoolWindow {
  std::array<int64_t, 2> kernel{}, stride{}, padding{};  ///< pixels; kernel 0 is the whole map
  bool ceil = false, counts_padding = false;
  bool flat = false;  ///< the result is (N, C)
};

/// One operation. Its inputs stand before it.
struct FusedOp {
  OpKind kind = OpKind::plain;
  std::string key;                     ///< path of its layer
  std::string node = {};               ///< plain: the node's operation
  std::vector<size_t> inputs;          ///< indices of operations
  std::vector<std::string> with = {};  ///< what became part of it
  bool gated = false;                  ///< scale_shift: inputs[1] are the gates (N, C)
  bool residual = false;               ///< the last input is added
  bool relu = false;
  bool sigmoid = false;                       ///< conv: of a gate's last layer
  bool linear = false;                        ///< conv: a linear layer
  std::shared_ptr<ConvLayer> conv = nullptr;  ///< shared by the programs of one network
  PoolWindow window = {};
  Tensor scale = {}, shift = {};
  AnyModule module = {};
};

/// What a result is called: the layer's key and what became part of it.
std::string result_name(const FusedOp& op);

/// Operations in an order in which they run, and which of them are asked for.
struct Program {
  std::vector<FusedOp> ops;
  std::vector<size_t> outputs;
};

/// Layers by the key and what was folded into them, so that a network's programs share their weights.
using ConvLayers = std::map<std::string, std::shared_ptr<ConvLayer>>;

/// Fuses the nodes that the `outputs` need.
Program fuse_graph(const Graph& graph, const std::vector<size_t>& outputs, ConvLayers& layers);

}  // namespace reszoo::detail

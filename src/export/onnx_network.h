// Writes the operations of a network into an ONNX graph.
#pragma once
#include "onnx_graph.h"
#include "prepare.h"
#include "reszoo/fusion/quantize.h"

namespace reszoo::onnx {

/// The outputs of a network, and their shape for a batch of two: (N, outputs), or (N, k, outputs).
struct Logits {
  OnnxValue value;
  std::vector<int64_t> shape;

  bool has_members() const { return shape.size() == 3; }
};

/// What a network is written from. All of it must live as long as the call.
struct NetworkCall {
  const Prepared& prepared;
  OnnxValue input;
  const Quantization& quantization;  ///< empty: all layers are float32
  std::string prefix = {};           ///< of its keys: "networks.1."
};

Logits write_network(OnnxGraph& graph, const NetworkCall& call);

/// The same with the layers of the quantization in int8: values that they read, and their weights, pass through
/// QuantizeLinear and DequantizeLinear, which runtimes turn into products of integers. `shapes` are those of the
/// operations' results.
Logits write_int8_network(OnnxGraph& graph, const NetworkCall& call, const Graph& lowered, const Operations& operations,
                          const std::vector<std::vector<int64_t>>& shapes);

}  // namespace reszoo::onnx

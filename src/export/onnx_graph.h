// An ONNX graph as it grows, and the functions that write one operation each.
#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "onnx_file.h"
#include "reszoo/graph/graph.h"

namespace reszoo {

class NLinearImpl;

using Value = torch::jit::Value*;

/// The nodes of an ONNX graph, on LibTorch's own representation of a graph.
class OnnxGraph {
 public:
  /// `any_size`: whether height and width are not known.
  explicit OnnxGraph(bool any_size) : any_size_(any_size), graph_(std::make_shared<torch::jit::Graph>()) {}

  /// Adds the graph's input; `shape` has -1 where any size is.
  Value input(const std::string& name, const std::vector<int64_t>& shape);

  /// Adds the graph's output.
  void output(const std::string& name, const std::vector<int64_t>& shape, Value value);

  /// A tensor that the file holds under this name; the same name is the same tensor.
  Value weight(const std::string& name, const Tensor& tensor);

  /// A constant without a name.
  Value constant(const Tensor& tensor);
  Value integers(const std::vector<int64_t>& values);
  Value number(double value);

  /// Adds a node of the operator; its attributes are set on what is returned.
  torch::jit::Node* add(const char* op, const std::vector<Value>& inputs);

  /// The same for an operator without attributes.
  Value apply(const char* op, const std::vector<Value>& inputs) { return add(op, inputs)->output(); }

  /// The path of the module that the next nodes are of; it begins their names.
  void begin(const std::string& key) { key_ = key; }

  bool any_size() const { return any_size_; }
  const OnnxWeights& weights() const { return tensors_; }

  /// The graph as the bytes of an ONNX model whose weights are placeholders.
  std::string serialize() const;

 private:
  bool any_size_;
  std::string key_;
  std::shared_ptr<torch::jit::Graph> graph_;
  std::map<std::string, Value> weights_;
  OnnxWeights tensors_;
  std::map<std::string, int> names_;
};

/// One operation to be written.
struct OnnxCall {
  const Node& node;
  std::vector<Value> inputs;
  std::vector<int64_t> shape;  ///< of the first input, for a batch of two

  Value x() const { return inputs.at(0); }
  template <typename Impl>
  const Impl& module() const { return *node.module.ptr()->template as<Impl>(); }
  std::string key(const char* name) const { return node.key + "." + name; }
};

using OnnxWriter = Value (*)(OnnxGraph& graph, const OnnxCall& call);

/// The writer of an operation of `lower`, or nullptr.
OnnxWriter onnx_writer(const std::string& op);

inline c10::Symbol attribute(const char* name) { return c10::Symbol::attr(name); }

// The writers, by what they write.
namespace onnx {
Value conv2d(OnnxGraph& graph, const OnnxCall& call);
Value linear(OnnxGraph& graph, const OnnxCall& call);
Value batch_norm(OnnxGraph& graph, const OnnxCall& call);
Value group_norm(OnnxGraph& graph, const OnnxCall& call);
Value layer_norm(OnnxGraph& graph, const OnnxCall& call);
Value instance_norm(OnnxGraph& graph, const OnnxCall& call);
Value relu(OnnxGraph& graph, const OnnxCall& call);
Value gelu(OnnxGraph& graph, const OnnxCall& call);
Value silu(OnnxGraph& graph, const OnnxCall& call);
Value leaky_relu(OnnxGraph& graph, const OnnxCall& call);
Value max_pool2d(OnnxGraph& graph, const OnnxCall& call);
Value adaptive_avg_pool2d(OnnxGraph& graph, const OnnxCall& call);
Value flatten(OnnxGraph& graph, const OnnxCall& call);
Value identity(OnnxGraph& graph, const OnnxCall& call);
Value add(OnnxGraph& graph, const OnnxCall& call);
Value zero_pad(OnnxGraph& graph, const OnnxCall& call);
Value std_conv2d(OnnxGraph& graph, const OnnxCall& call);
Value blur_pool(OnnxGraph& graph, const OnnxCall& call);
Value squeeze_excite(OnnxGraph& graph, const OnnxCall& call);
Value eca(OnnxGraph& graph, const OnnxCall& call);
Value evo_norm(OnnxGraph& graph, const OnnxCall& call);
Value filter_response_norm(OnnxGraph& graph, const OnnxCall& call);
Value avg_pool2d(OnnxGraph& graph, const OnnxCall& call);
Value constant_pad2d(OnnxGraph& graph, const OnnxCall& call);
Value unflatten(OnnxGraph& graph, const OnnxCall& call);
Value table_encoder(OnnxGraph& graph, const OnnxCall& call);
Value n_linear(OnnxGraph& graph, const OnnxCall& call);
Value member_scale(OnnxGraph& graph, const OnnxCall& call);
Value batch_ensemble_linear(OnnxGraph& graph, const OnnxCall& call);
Value shared_linear(OnnxGraph& graph, const OnnxCall& call);

// Of parts of a table's encoder: x is (N, columns), or (N, n, in); `key` is the module's path.
Value numeric_embedding(OnnxGraph& graph, Value x, const std::string& key, const nn::Module& module);
Value each_linear(OnnxGraph& graph, Value x, const std::string& key, const NLinearImpl& layers);
}  // namespace onnx

}  // namespace reszoo

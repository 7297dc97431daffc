// An ONNX graph as it grows, and the functions that write one operation each.
#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <typeindex>
#include <unordered_map>
#include <vector>

#include "onnx_file.h"
#include "reszoo/graph/operation.h"

namespace reszoo {

class NLinearImpl;

using OnnxValue = torch::jit::Value*;

/// The nodes of an ONNX graph, on LibTorch's own representation of a graph.
class OnnxGraph {
 public:
  /// `any_size`: whether height and width are not known.
  explicit OnnxGraph(bool any_size) : any_size_(any_size), graph_(std::make_shared<torch::jit::Graph>()) {}

  /// Adds the graph's input; `shape` has -1 where any size is.
  OnnxValue input(const std::string& name, const std::vector<int64_t>& shape);

  /// Adds the graph's output.
  void output(const std::string& name, const std::vector<int64_t>& shape, OnnxValue value);

  /// A tensor that the file holds under this name; the same name is the same tensor.
  OnnxValue weight(const std::string& name, const Tensor& tensor);

  /// A constant without a name.
  OnnxValue constant(const Tensor& tensor);
  OnnxValue integers(const std::vector<int64_t>& values);
  OnnxValue number(double value);

  /// Adds a node of the operator; its attributes are set on what is returned.
  torch::jit::Node* add(const char* op, const std::vector<OnnxValue>& inputs);

  /// The same for an operator without attributes.
  OnnxValue apply(const char* op, const std::vector<OnnxValue>& inputs) { return add(op, inputs)->output(); }

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
  std::map<std::string, OnnxValue> weights_;
  OnnxWeights tensors_;
  std::map<std::string, int> names_;
};

/// One operation to be written.
struct OnnxCall {
  std::string key;  ///< path of the module that has its weights
  std::vector<OnnxValue> inputs;
  std::vector<std::vector<int64_t>> shapes;  ///< of the inputs, for a batch of two

  OnnxValue x() const { return inputs.at(0); }
  const std::vector<int64_t>& shape() const { return shapes.at(0); }
  std::string name(const char* weight) const { return key + "." + weight; }
};

inline c10::Symbol attribute(const char* name) { return c10::Symbol::attr(name); }

/// Writes a module of a type that is not lowered to primitive operations.
using OnnxModuleWriter = OnnxValue (*)(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);

/// The writer of a node's operation ("table_encoder"), or nullptr.
OnnxModuleWriter onnx_module_writer(const std::string& op);

/// Writes primitive operations, each type of them by the function that its file adds.
class OnnxWriters {
 public:
  template <typename Op>
  void add(OnnxValue (*write)(OnnxGraph& graph, const OnnxCall& call, const Op& op)) {
    writers_[typeid(Op)] = [write](OnnxGraph& graph, const OnnxCall& call, const Primitive& primitive) {
      return write(graph, call, std::get<Op>(primitive));
    };
  }

  /// Throws: Error (usage) for what its function cannot write, and for an operation without a function.
  OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const Primitive& primitive) const;

 private:
  using Writer = std::function<OnnxValue(OnnxGraph& graph, const OnnxCall& call, const Primitive& primitive)>;
  std::unordered_map<std::type_index, Writer> writers_;
};

/// The writers of all primitive operations.
const OnnxWriters& onnx_writers();

namespace onnx {
// The functions of each file.
void add_activation_writers(OnnxWriters& writers);
void add_attention_writers(OnnxWriters& writers);
void add_layer_writers(OnnxWriters& writers);
void add_norm_writers(OnnxWriters& writers);
void add_shape_writers(OnnxWriters& writers);

// Modules.
OnnxValue table_encoder(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);
OnnxValue n_linear(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);
OnnxValue member_scale(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);
OnnxValue batch_ensemble_linear(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);
OnnxValue shared_linear(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);

// Parts of a table's encoder: x is (N, columns), or (N, n, in); `key` is the module's path.
OnnxValue numeric_embedding(OnnxGraph& graph, OnnxValue x, const std::string& key, const nn::Module& module);
OnnxValue each_linear(OnnxGraph& graph, OnnxValue x, const std::string& key, const NLinearImpl& layers);
}  // namespace onnx

}  // namespace reszoo

// An ONNX graph under construction, and the functions that write its operations.
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

/// Builds the nodes of an ONNX graph in LibTorch's own graph representation.
class OnnxGraph {
 public:
  OnnxGraph() : graph_(std::make_shared<torch::jit::Graph>()) {}

  /// Adds an input of the graph.
  OnnxValue input(const OnnxPort& port);

  /// Adds an output of the graph.
  void output(const OnnxPort& port, OnnxValue value);

  /// Returns a tensor that the file stores under this name; the same name always returns the same tensor.
  OnnxValue weight(const std::string& name, const Tensor& tensor);

  /// Returns a list of texts that the file stores under this name.
  OnnxValue texts(const std::string& name, const std::vector<std::string>& values);

  /// Returns a constant without a name.
  OnnxValue constant(const Tensor& tensor);
  OnnxValue integers(const std::vector<int64_t>& values);
  OnnxValue number(double value);

  /// Adds a node with this operator ("Conv", "ai.onnx.ml::LabelEncoder") and returns it, so that attributes can be set.
  torch::jit::Node* add(const char* op, const std::vector<OnnxValue>& inputs, size_t outputs = 1);

  /// The same for an operator without attributes.
  OnnxValue apply(const char* op, const std::vector<OnnxValue>& inputs) { return add(op, inputs)->output(); }

  /// Sets the path of the module that the next nodes belong to; node names start with it.
  void begin(const std::string& key) { key_ = key; }

  const OnnxContent& content() const { return content_; }

  /// Serializes the graph as an ONNX model whose weights, inputs and outputs are placeholders.
  std::string serialize() const;

 private:
  std::string key_;
  std::shared_ptr<torch::jit::Graph> graph_;
  std::map<std::string, OnnxValue> weights_;
  OnnxContent content_;
  std::map<std::string, int> names_;
};

/// Returns the dimensions of (N, C, H, W), (N, C, L) or (N, C), with names for those that are -1.
std::vector<OnnxDimension> dimensions(const std::vector<int64_t>& shape);

/// One operation to write.
struct OnnxCall {
  std::string key;  ///< path of the module that has its weights
  std::vector<OnnxValue> inputs;
  std::vector<std::vector<int64_t>> shapes;  ///< shapes of the inputs, for a batch of two
  /// Writes weight and bias (or nullptr) of a layer; empty: as they are.
  std::function<std::pair<OnnxValue, OnnxValue>(const std::string& key, const Tensor& weight, const Tensor& bias)>
      layer = {};

  OnnxValue x() const { return inputs.at(0); }
  const std::vector<int64_t>& shape() const { return shapes.at(0); }
  std::string name(const char* weight) const { return key + "." + weight; }
};

inline c10::Symbol attribute(const char* name) { return c10::Symbol::attr(name); }

/// Writes a module whose type is not lowered to primitive operations.
using OnnxModuleWriter = OnnxValue (*)(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);

/// Returns the writer for a node's operation ("table_encoder"), or nullptr.
OnnxModuleWriter onnx_module_writer(const std::string& op);

/// Writes primitive operations, each type of them by the function that its file adds.
class OnnxWriters {
 public:
  template <typename Op>
  void add(OnnxValue (*writer)(OnnxGraph& graph, const OnnxCall& call, const Op& op)) {
    writers_[typeid(Op)] = [writer](OnnxGraph& graph, const OnnxCall& call, const Primitive& primitive) {
      return writer(graph, call, std::get<Op>(primitive));
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

// Writers of modules.
OnnxValue table_encoder(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);
OnnxValue n_linear(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);
OnnxValue member_scale(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);
OnnxValue batch_ensemble_linear(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);
OnnxValue shared_linear(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);

// Writers for parts of a table encoder. x is (N, columns), or (N, n, in); `key` is the module's path.
OnnxValue numeric_embedding(OnnxGraph& graph, OnnxValue x, const std::string& key, const nn::Module& module);
OnnxValue each_linear(OnnxGraph& graph, OnnxValue x, const std::string& key, const NLinearImpl& layers);
}  // namespace onnx

}  // namespace reszoo

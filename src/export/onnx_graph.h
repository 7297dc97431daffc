// An ONNX graph as it grows, and the functions that write one operation each.
#pragma once
#include <torch/csrc/jit/ir/ir.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "onnx_file.h"
#include "reszoo/graph/operation.h"

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
  std::string key;  ///< path of the module that has its weights
  std::vector<Value> inputs;
  std::vector<std::vector<int64_t>> shapes;  ///< of the inputs, for a batch of two

  Value x() const { return inputs.at(0); }
  const std::vector<int64_t>& shape() const { return shapes.at(0); }
  std::string name(const char* weight) const { return key + "." + weight; }
};

inline c10::Symbol attribute(const char* name) { return c10::Symbol::attr(name); }

/// Writes a module of a type that is not lowered to primitive operations.
using OnnxModuleWriter = Value (*)(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);

/// The writer of a node's operation ("table_encoder"), or nullptr.
OnnxModuleWriter onnx_module_writer(const std::string& op);

// The writers, one for each primitive operation. What they cannot write is an Error (usage).
namespace onnx {
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::Add& add);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::Conv& conv);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::Linear& linear);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::BatchNorm& norm);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::GroupNorm& norm);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::LayerNorm& norm);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::EvoNorm& norm);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::ResponseNorm& norm);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::Activation& activation);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::MaxPool& pool);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::AvgPool& pool);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::BlurPool& pool);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::AdaptiveAvgPool& pool);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::ChannelScale& scale);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::ChannelConv& conv);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::Pad& pad);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::PadChannels& pad);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::Flatten& flatten);
Value write(OnnxGraph& graph, const OnnxCall& call, const ops::Unflatten& unflatten);

// Modules.
Value table_encoder(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);
Value n_linear(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);
Value member_scale(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);
Value batch_ensemble_linear(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);
Value shared_linear(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module);

// Parts of a table's encoder: x is (N, columns), or (N, n, in); `key` is the module's path.
Value numeric_embedding(OnnxGraph& graph, Value x, const std::string& key, const nn::Module& module);
Value each_linear(OnnxGraph& graph, Value x, const std::string& key, const NLinearImpl& layers);
}  // namespace onnx

}  // namespace reszoo

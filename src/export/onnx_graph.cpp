#include "onnx_graph.h"

#define ONNX_NAMESPACE onnx_torch  // the same name as in LibTorch's build
#include <torch/csrc/jit/serialization/export.h>

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/export/onnx.h"

namespace reszoo {
namespace {

namespace jit = torch::jit;

constexpr int kMlOpset = 2;

/// LibTorch takes numbers for names that it made itself.
bool is_accepted(const std::string& name) { return name.find_first_not_of("0123456789") != std::string::npos; }

}  // namespace

std::vector<OnnxDimension> dimensions(const std::vector<int64_t>& shape) {
  static const char* const of_maps[] = {"batch", "channels", "height", "width"};
  static const char* const of_sequences[] = {"batch", "channels", "length"};
  const auto* names = shape.size() == 3 ? of_sequences : of_maps;
  std::vector<OnnxDimension> named;
  for (size_t i = 0; i < shape.size(); ++i)
    named.push_back(shape[i] < 0 ? OnnxDimension(names[i]) : OnnxDimension(shape[i]));
  return named;
}

OnnxValue OnnxGraph::input(const OnnxPort& port) {
  content_.ports.inputs.push_back(port);
  if (is_accepted(port.name)) return graph_->addInput(port.name);
  return graph_->addInput(content_.ports.inner_names[port.name] = "input " + port.name);
}

void OnnxGraph::output(const OnnxPort& port, OnnxValue value) {
  const auto outputs = graph_->outputs();
  const bool taken = std::find(outputs.begin(), outputs.end(), value) != outputs.end();
  if (taken || value->node()->kind() == c10::prim::Param)
    value = apply("Identity", {value});  // the output is the graph's input itself, or another output
  value->setDebugName(port.name);
  content_.ports.outputs.push_back(port);
  graph_->registerOutput(value);
}

OnnxValue OnnxGraph::weight(const std::string& name, const Tensor& tensor) {
  auto [place, added] = weights_.emplace(name, nullptr);
  if (!added) return place->second;
  auto* value = graph_->addInput(name);
  content_.weights[name] = tensor.detach().contiguous();
  value->setType(c10::TensorType::create(content_.weights[name]));
  return place->second = value;
}

OnnxValue OnnxGraph::constant(const Tensor& tensor) {
  auto* node = add("Constant", {});
  node->t_(c10::attr::value, tensor);
  return node->output();
}

OnnxValue OnnxGraph::integers(const std::vector<int64_t>& values) {
  return constant(torch::tensor(values, torch::kLong));
}

OnnxValue OnnxGraph::number(double value) { return constant(torch::tensor(static_cast<float>(value))); }

OnnxValue OnnxGraph::texts(const std::string& name, const std::vector<std::string>& values) {
  content_.texts[name] = values;
  return graph_->addInput(name);
}

jit::Node* OnnxGraph::add(const char* op, const std::vector<OnnxValue>& inputs, size_t outputs) {
  const bool of_domain = std::string_view(op).find("::") != std::string_view::npos;
  auto* node =
      graph_->create(c10::Symbol::fromQualString(of_domain ? op : std::string("onnx::") + op), inputs, outputs);
  auto name = (key_.empty() ? "" : key_ + "/") + op;
  if (const int count = names_[name]++) name += "_" + std::to_string(count);
  node->s_(c10::Symbol::attr(torch::onnx::kOnnxNodeNameAttribute), name);
  graph_->insertNode(node);
  for (size_t i = 0; i < outputs; ++i) node->outputs()[i]->setDebugName(fmt::format("{}:{}", name, i));
  return node;
}

std::string OnnxGraph::serialize() const {
  std::map<std::string, int> domains;  // LibTorch warns of one that no node has
  for (const auto* node : graph_->nodes())
    if (!node->kind().is_onnx()) domains[node->kind().ns().toUnqualString()] = kMlOpset;
  std::map<std::string, Tensor> placeholders;  // values with a placeholder are not inputs of the graph
  for (const auto& [name, tensor] : content_.weights) placeholders[name] = torch::empty({0});
  for (const auto& [name, texts] : content_.texts) placeholders[name] = torch::empty({0});
  const auto result = jit::export_onnx(graph_, placeholders, kOnnxOpset, /*dynamic_axes=*/{},
                                       /*defer_weight_export=*/false, torch::onnx::OperatorExportTypes::ONNX,
                                       /*strip_doc_string=*/true, /*keep_initializers_as_inputs=*/false, domains);
  return jit::serialize_model_proto_to_string(std::get<0>(result));
}

}  // namespace reszoo

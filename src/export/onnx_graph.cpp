#include "onnx_graph.h"

#define ONNX_NAMESPACE onnx_torch  // the same name as in LibTorch's build
#include <torch/csrc/jit/serialization/export.h>

#include "reszoo/export/onnx.h"

namespace reszoo {
namespace {

namespace jit = torch::jit;

c10::TensorTypePtr type_of(const std::vector<int64_t>& shape) {
  std::vector<std::optional<int64_t>> sizes;
  for (const int64_t size : shape) sizes.push_back(size < 0 ? std::nullopt : std::optional(size));
  return c10::TensorType::create(at::kFloat, at::kCPU, c10::SymbolicShape(sizes), c10::VaryingShape<c10::Stride>{},
                                 false);
}

/// Returns names for the dimensions of variable size.
std::unordered_map<int64_t, std::string> free_dimensions(const jit::Value* value) {
  static const char* const of_maps[] = {"batch", "channels", "height", "width"};
  static const char* const of_sequences[] = {"batch", "channels", "length"};
  std::unordered_map<int64_t, std::string> found;
  const auto sizes = value->type()->expectRef<c10::TensorType>().sizes();
  const auto* names = sizes.size() == size_t{3} ? of_sequences : of_maps;
  for (size_t i = 0; i < sizes.size().value_or(0); ++i)
    if (!sizes[i]) found[static_cast<int64_t>(i)] = names[i];
  return found;
}

}  // namespace

OnnxValue OnnxGraph::input(const std::string& name, const std::vector<int64_t>& shape) {
  auto* value = graph_->addInput(name);
  value->setType(type_of(shape));
  return value;
}

void OnnxGraph::output(const std::string& name, const std::vector<int64_t>& shape, OnnxValue value) {
  if (value->node()->kind() == c10::prim::Param)
    value = apply("Identity", {value});  // the output is the graph's input itself
  value->setDebugName(name);
  value->setType(type_of(shape));
  graph_->registerOutput(value);
}

OnnxValue OnnxGraph::weight(const std::string& name, const Tensor& tensor) {
  auto [place, added] = weights_.emplace(name, nullptr);
  if (!added) return place->second;
  auto* value = graph_->addInput(name);
  tensors_[name] = tensor.detach().contiguous();
  value->setType(c10::TensorType::create(tensors_[name]));
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

jit::Node* OnnxGraph::add(const char* op, const std::vector<OnnxValue>& inputs) {
  auto* node = graph_->create(c10::Symbol::fromQualString(std::string("onnx::") + op), inputs, 1);
  auto name = (key_.empty() ? "" : key_ + "/") + op;
  if (const int count = names_[name]++) name += "_" + std::to_string(count);
  node->s_(c10::Symbol::attr(torch::onnx::kOnnxNodeNameAttribute), name);
  graph_->insertNode(node);
  node->output()->setDebugName(name + ":0");
  return node;
}

std::string OnnxGraph::serialize() const {
  const auto* input = graph_->inputs().at(0);
  std::map<std::string, Tensor> placeholders;  // values with a placeholder are not inputs of the graph
  for (const auto& [name, tensor] : tensors_) placeholders[name] = torch::empty({0});
  std::unordered_map<std::string, std::unordered_map<int64_t, std::string>> dimensions{
      {input->debugName(), free_dimensions(input)}};
  for (const auto* output : graph_->outputs()) dimensions[output->debugName()] = free_dimensions(output);
  const auto result =
      jit::export_onnx(graph_, placeholders, kOnnxOpset, dimensions,
                       /*defer_weight_export=*/false, torch::onnx::OperatorExportTypes::ONNX, /*strip_doc_string=*/true,
                       /*keep_initializers_as_inputs=*/false);
  return jit::serialize_model_proto_to_string(std::get<0>(result));
}

}  // namespace reszoo

#include "reszoo/export/onnx.h"

#include "onnx_file.h"
#include "onnx_graph.h"
#include "prepare.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

/// The shape of each node's output for this input.
std::vector<std::vector<int64_t>> shapes_of(Graph& graph, const Tensor& input) {
  std::vector<std::vector<int64_t>> shapes(graph.nodes.size());
  execute(graph, input, [&](const Node& node, const std::vector<Tensor>&, const Tensor& output) {
    shapes[static_cast<size_t>(&node - graph.nodes.data())] = output.sizes().vec();
  });
  return shapes;
}

/// The shape with -1 for what is free: N, height and width.
std::vector<int64_t> with_free(std::vector<int64_t> shape, bool any_size) {
  for (size_t i = 0; i < shape.size(); ++i)
    if (i == 0 || (i > 1 && any_size)) shape[i] = -1;
  return shape;
}

OnnxGraph write(Graph& graph, const Prepared& prepared) {
  const auto shapes = shapes_of(graph, prepared.input);
  OnnxGraph onnx(prepared.any_size);
  std::vector<Value> values{onnx.input("input", with_free(shapes[0], prepared.any_size))};
  for (size_t i = 1; i < graph.nodes.size(); ++i) {
    const auto& node = graph.nodes[i];
    OnnxCall call{.node = node, .inputs = {}, .shape = shapes[node.inputs.at(0)]};
    for (const size_t input : node.inputs) call.inputs.push_back(values[input]);
    onnx.begin(node.key);
    values.push_back(onnx_writer(node.op)(onnx, call));
  }
  onnx.begin("");
  onnx.output("logits", with_free(shapes[graph.output], prepared.any_size), values[graph.output]);
  return onnx;
}

}  // namespace

std::vector<std::string> unexportable(const Network& network) {
  std::vector<std::string> found;
  for (const auto& node : lower(network).nodes)
    if (node.op != "input" && !onnx_writer(node.op)) found.push_back(node.key + " (" + node.module.ptr()->name() + ")");
  return found;
}

void export_onnx(const Network& network, const std::filesystem::path& path, const ExportOptions& options) {
  const torch::NoGradGuard no_grad;
  if (const auto unknown = unexportable(network); !unknown.empty())
    fail(ErrorKind::usage, "{}: no ONNX writer for {}; export_torchscript takes any module", network->name(), list(unknown, 3));
  auto prepared = prepare_export(network, options);
  prepared.network->to(torch::kFloat);
  prepared.input = prepared.input.to(torch::kFloat);
  auto graph = lower(prepared.network);
  try {
    const auto onnx = write(graph, prepared);
    OnnxPieces(onnx.serialize(), onnx.weights(), network->name(), options, path).write();
  } catch (const c10::Error& error) {
    fail(ErrorKind::input, "{}: cannot be exported as ONNX: {}", network->name(), message_of(error));
  }
}

}  // namespace reszoo

#include "reszoo/export/onnx.h"

#include "onnx_file.h"
#include "onnx_graph.h"
#include "prepare.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

/// Returns the shape of each operation's output for this input.
std::vector<std::vector<int64_t>> shapes_of(const Operations& operations, const Tensor& input) {
  std::vector<Tensor> values;
  std::vector<std::vector<int64_t>> shapes;
  for (const auto& operation : operations.list) {
    std::vector<Tensor> inputs;
    for (const size_t read : operation.inputs) inputs.push_back(values[read]);
    if (inputs.empty()) inputs.push_back(input);
    values.push_back(evaluate(operation.primitive, inputs));
    shapes.push_back(values.back().sizes().vec());
  }
  return shapes;
}

/// The shape with -1 for what is free: N, height and width.
std::vector<int64_t> with_free(std::vector<int64_t> shape, bool any_size) {
  for (size_t i = 0; i < shape.size(); ++i)
    if (i == 0 || (i > 1 && any_size)) shape[i] = -1;
  return shape;
}

OnnxGraph write_graph(const Graph& graph, const Prepared& prepared, const std::optional<Target>& target) {
  const auto operations = lower_operations(graph, {graph.output});
  const auto shapes = shapes_of(operations, prepared.input);
  OnnxGraph onnx(prepared.any_size);
  std::vector<OnnxValue> values;
  for (const auto& operation : operations.list) {
    if (std::holds_alternative<ops::Input>(operation.primitive)) {
      values.push_back(onnx.input("input", with_free(shapes[0], prepared.any_size)));
      continue;
    }
    OnnxCall call{.key = operation.key, .inputs = {}, .shapes = {}};
    for (const size_t input : operation.inputs) {
      call.inputs.push_back(values[input]);
      call.shapes.push_back(shapes[input]);
    }
    onnx.begin(graph.nodes[operation.node].key);
    values.push_back(onnx_writers().write(onnx, call, operation.primitive));
  }
  const auto output = operations.of_node[graph.output];
  onnx.begin("");
  onnx.output("logits", with_free(shapes[output], prepared.any_size), values[output]);
  if (!target || target->is_number()) return onnx;
  const bool has_members = shapes[output].size() == 3;
  const auto classes = std::ssize(target->classes().empty() ? target->names() : target->classes());
  onnx.output("probabilities", {-1, classes}, onnx::class_probabilities(onnx, values[output], has_members, *target));
  return onnx;
}

/// Calls `visit(operation, module)` for the modules that cannot be exported.
template <typename Visit>
void each_unexportable(const Network& network, const Visit& visit) {
  const torch::NoGradGuard no_grad;
  const auto graph = lower(network);
  for (const auto& operation : lower_operations(graph, {graph.output}).list)
    if (const auto* module = std::get_if<ops::Module>(&operation.primitive); module && !onnx_module_writer(module->op))
      visit(operation, *module);
}

}  // namespace

std::vector<std::string> unexportable(const Network& network) {
  std::vector<std::string> found;
  each_unexportable(network, [&](const Operation& operation, const ops::Module& module) {
    found.push_back(operation.key + " (" + module.module.ptr()->name() + ")");
  });
  return found;
}

void export_onnx(const Network& network, const std::filesystem::path& path, const ExportOptions& options) {
  const torch::NoGradGuard no_grad;
  each_unexportable(network, [](const Operation& operation, const ops::Module& module) {
    if (!module.reason.empty()) fail(ErrorKind::usage, "{}: {} be written as ONNX", operation.key, module.reason);
  });
  if (const auto unknown = unexportable(network); !unknown.empty())
    fail(ErrorKind::usage, "{}: no ONNX writer for {}; export_torchscript takes any module", network->name(),
         list(unknown, 3));
  auto prepared = prepare_export(network, options);
  if (options.target && prepared.trials.front().answer.size(-1) != options.target->outputs())
    fail(ErrorKind::usage, "{}: target {} needs {} outputs, got {}", network->name(), options.target->name(),
         options.target->outputs(), prepared.trials.front().answer.size(-1));
  prepared.network->to(torch::kFloat);
  prepared.input = prepared.input.to(torch::kFloat);
  const auto graph = lower(prepared.network);
  try {
    const auto onnx = write_graph(graph, prepared, options.target);
    OnnxPieces(onnx.serialize(), onnx.weights(), network->name(), options, path).write();
  } catch (const c10::Error& error) {
    fail(ErrorKind::input, "{}: cannot be exported as ONNX: {}", network->name(), message_of(error));
  }
}

}  // namespace reszoo

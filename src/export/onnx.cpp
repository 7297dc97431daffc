#include "reszoo/export/onnx.h"

#include <numeric>

#include "onnx_answers.h"
#include "onnx_file.h"
#include "onnx_pipeline.h"
#include "prepare.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

/// Calls `visit(operation, module)` for the modules that cannot be exported.
template <typename Visit>
void each_unexportable(const Network& network, const Visit& visit) {
  const torch::NoGradGuard no_grad;
  const auto graph = lower(network);
  for (const auto& operation : lower_operations(graph, {graph.output}).list)
    if (const auto* module = std::get_if<ops::Module>(&operation.primitive); module && !onnx_module_writer(module->op))
      visit(operation, *module);
}

/// Returns the network in float32.
/// Throws: as `export_onnx`.
Prepared prepared_for_onnx(const Network& network, const ExportOptions& options, const std::optional<Target>& target) {
  each_unexportable(network, [](const Operation& operation, const ops::Module& module) {
    if (!module.reason.empty()) fail(ErrorKind::usage, "{}: {} be written as ONNX", operation.key, module.reason);
  });
  if (const auto unknown = unexportable(network); !unknown.empty())
    fail(ErrorKind::usage, "{}: no ONNX writer for {}; export_torchscript takes any module", network->name(),
         list(unknown, 3));
  auto prepared = prepare_export(network, options);
  const auto outputs = prepared.trials.front().answer.size(-1);
  if (target && outputs != target->outputs())
    fail(ErrorKind::usage, "{}: target {} needs {} outputs, got {}", network->name(), target->name(), target->outputs(),
         outputs);
  prepared.network->to(torch::kFloat);
  prepared.input = prepared.input.to(torch::kFloat);
  return prepared;
}

/// The dimensions with names for N, height and width if they are free.
std::vector<OnnxDimension> free_dimensions(std::vector<int64_t> shape, bool any_size) {
  for (size_t i = 0; i < shape.size(); ++i)
    if (i == 0 || (i > 1 && any_size)) shape[i] = -1;
  return dimensions(shape);
}

void add_network(OnnxGraph& graph, const Prepared& prepared, const ExportOptions& options) {
  const auto free = [&](const std::vector<int64_t>& shape) { return free_dimensions(shape, prepared.any_size); };
  const auto input =
      graph.input({.name = "input", .type = OnnxType::float32, .shape = free(prepared.input.sizes().vec())});
  const auto logits =
      onnx::write_network(graph, {.prepared = prepared, .input = input, .quantization = options.quantization});
  graph.output({.name = "logits", .type = OnnxType::float32, .shape = free(logits.shape)}, logits.value);
  const auto& target = options.target;
  if (!target || target->is_number()) return;
  const auto classes = std::ssize(target->classes().empty() ? target->names() : target->classes());
  graph.output({.name = "probabilities", .type = OnnxType::float32, .shape = dimensions({-1, classes})},
               onnx::class_probabilities(graph, {.networks = {logits}}, *target));
}

/// Returns the share of each network in the answer; their sum is 1.
std::vector<double> shares_of(const Model& model) {
  std::vector<double> shares(model.networks.size(), 1);
  for (size_t i = 0; i < model.members.size(); ++i) shares.at(i) = model.members[i].weight;
  const auto sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (auto& share : shares) share /= sum;
  return shares;
}

void add_model(OnnxGraph& graph, const Model& model, const std::vector<Prepared>& prepared) {
  const auto input = model.table ? onnx::table_input(graph, *model.table) : onnx::image_input(graph, *model.image);
  onnx::Members members{.networks = {}, .shares = shares_of(model)};
  for (size_t i = 0; i < prepared.size(); ++i)
    members.networks.push_back(
        onnx::write_network(graph, {.prepared = prepared[i],
                                    .input = input,
                                    .quantization = model.quantization,
                                    .prefix = prepared.size() > 1 ? fmt::format("networks.{}.", i) : std::string()}));
  onnx::add_answers(graph, members, *model.target);
}

/// Calls `add(graph)` and writes the file.
template <typename Add>
void write_onnx(const std::string& name, const std::filesystem::path& path, const ExportOptions& options,
                const Add& add) {
  try {
    OnnxGraph graph;
    add(graph);
    OnnxPieces(graph.serialize(), graph.content(), name, options, path).write();
  } catch (const c10::Error& error) {
    fail(ErrorKind::input, "{}: cannot be exported as ONNX: {}", name, message_of(error));
  }
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
  const auto prepared = prepared_for_onnx(network, options, options.target);
  write_onnx(network->name(), path, options, [&](OnnxGraph& graph) { add_network(graph, prepared, options); });
}

void export_onnx(const Model& model, const std::filesystem::path& path, const ExportOptions& options) {
  const torch::NoGradGuard no_grad;
  check_pipeline(model);
  const auto of_network = with_prepared_input(model, options);
  std::vector<Prepared> prepared;
  for (const auto& network : model.networks) prepared.push_back(prepared_for_onnx(network, of_network, model.target));
  write_onnx(model.name, path, options, [&](OnnxGraph& graph) { add_model(graph, model, prepared); });
}

}  // namespace reszoo

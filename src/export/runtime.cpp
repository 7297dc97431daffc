#include "reszoo/export/runtime.h"

#include <ATen/ops/from_blob.h>
#include <torch/types.h>

#include "fusion/fuse_options.h"
#include "fusion/program.h"
#include "reszoo/base/error.h"
#include "reszoo/weights/model_file.h"
#include "runtime/plan_cache.h"
#include "runtime/quantization_json.h"
#include "runtime/runtime_file.h"

namespace reszoo {
namespace {

using detail::Doubles;
using detail::Floats;
using nlohmann::json;

/// An image that networks of all families accept, where the preprocessing names no size.
constexpr int64_t kUsualSide = 224;

template <typename Values>
Tensor tensor_of(const Values& values, at::ScalarType type) {
  return at::from_blob(const_cast<void*>(static_cast<const void*>(values.data())), values.shape(),
                       at::TensorOptions(type))
      .clone();
}

detail::StoredProgram stored_network(const Network& network, const std::string& prefix) {
  const torch::NoGradGuard no_grad;
  auto evaluated = network;
  evaluated->eval();
  if (detail::type_of(network).device != torch::kCPU)
    fail(ErrorKind::device, "{}: a network on the CPU can be exported for the runtime", network->name());
  const auto graph = lower(evaluated);
  detail::ConvLayers layers;
  return detail::stored_program(detail::lower_for_inference(graph, {graph.output}, layers), prefix);
}

/// Plans the stored program for an input: throws if there is an operation without a kernel.
void check_kernels(const detail::StoredProgram& stored, const detail::Shape& input) {
  const auto find = [](const auto& list, const std::string& name) {
    for (const auto& [key, values] : list)
      if (key == name) return values;
    return std::decay_t<decltype(list.front().second)>();
  };
  detail::PlanCache plans(
      detail::program_from(stored.description, {[&](const std::string& name) { return find(stored.floats, name); },
                                                [&](const std::string& name) { return find(stored.doubles, name); }}),
      {});
  plans.plan(input, 1);
}

/// Returns the shape of a network's input for a row, an image or a sequence.
detail::Shape input_of(const Model& model, const Network& network) {
  const auto& spec = network->input_spec();
  if (spec.layout == Layout::features) return {1, spec.channels};
  if (spec.layout == Layout::sequences) return {1, spec.channels, kUsualSide};
  const auto [height, width] =
      model.image ? model.image->size_of(kUsualSide, kUsualSide) : std::pair(kUsualSide, kUsualSide);
  return {1, spec.channels, height, width};
}

json card_of(const Model& model) {
  json card{{"kind", "runtime"}, {"model", model.name}};
  for (const auto& member : model.members) card["weights"].push_back(member.weight);
  if (!model.algorithms.empty()) card["ways"] = model.algorithms;
  if (!model.quantization.empty()) card["quantization"] = to_json(model.quantization);
  if (model.table) card["table"] = model.table->to_json();
  if (model.image) card["image"] = model.image->to_json();
  if (model.target) card["target"] = model.target->to_json();
  return card;
}

}  // namespace

void export_runtime(const Model& model, const std::filesystem::path& path) {
  model.network();  // throws without one
  auto card = card_of(model);
  StateDict tensors("key");
  for (size_t i = 0; i < model.networks.size(); ++i) {
    const auto prefix = model.networks.size() == 1 ? "" : fmt::format("networks.{}.", i);
    const auto stored = stored_network(model.networks[i], prefix);
    check_kernels(stored, input_of(model, model.networks[i]));
    for (const auto& [name, values] : stored.floats) tensors.insert(name, tensor_of(values, at::kFloat));
    for (const auto& [name, values] : stored.doubles) tensors.insert(name, tensor_of(values, at::kDouble));
    card["programs"].push_back(stored.description);
  }
  if (model.table)
    for (const auto& [key, tensor] : model.table->tensors())
      tensors.insert(std::string(detail::kPreprocessNames) + key, tensor);
  write_model_file(path, card, tensors);
}

}  // namespace reszoo

// Networks as PyTorch sees them: their tensors are tensors of PyTorch.
#include <torch/nn/module.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "made.h"
#include "module.h"
#include "opened.h"
#include "reszoo/base/error.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/zoo/load_network.h"
#include "reszoo/zoo/registry.h"
#include "tensors.h"

namespace reszoo::python {
namespace {

using Unlocked = nb::call_guard<nb::gil_scoped_release>;
using Named = std::pair<std::string, Tensor>;

Made create(const std::string& name, const std::string& options) {
  const auto chosen = options_from_json(registry().find(name).domain, nlohmann::json::parse(options));
  return {create_model(name, chosen), name, chosen};
}

/// Returns a network of a model, shared with it.
Made network_of(Opened& model, size_t index) {
  auto& from = model.model("network");
  if (index >= from.networks.size())
    fail(ErrorKind::usage, "network: the model has {}, got index {}", from.networks.size(), index);
  if (from.members.empty()) return {from.networks[index], from.name, from.options};
  return {from.networks[index], from.members[index].name, from.members[index].options};
}

std::vector<Named> items_of(const torch::OrderedDict<std::string, Tensor>& tensors) {
  std::vector<Named> items;
  for (const auto& item : tensors) items.emplace_back(item.key(), item.value());
  return items;
}

std::string load(Made& made, const std::string& path, bool adapt, bool ema, const std::string& key) {
  return load_weights(made.network, path, {.adapt = adapt, .prefer_ema = ema, .key = key}).line();
}

/// Loads a state of any known naming of keys.
std::string load_named(Made& made, const std::vector<Named>& state, bool adapt) {
  StateDict tensors;
  for (const auto& [key, tensor] : state) tensors.insert(key, tensor);
  return load_state(made.network, tensors, {.adapt = adapt}).line();
}

void save(const Made& made, const std::string& path) {
  const auto state = state_of(*made.network);
  if (path.ends_with(".safetensors")) write_safetensors(path, state);
  else if (path.ends_with(".pth")) write_pth(path, state);
  else fail(ErrorKind::usage, "{}: must end in .safetensors or .pth", path);
}

std::string text_of_network(const Made& made) {
  std::ostringstream text;
  text << *made.network;
  return text.str();
}

FusedNetwork fused(const Made& made, bool autotune, const std::string& precision) {
  return fuse(made.network, {.autotune = autotune, .precision = parse_precision(precision)});
}

Made copy_of(const Made& made) { return {deep_copy(made.network), made.name, made.options}; }

/// The steps of a fused network for an input of this shape: key, kind, algorithm.
std::vector<std::vector<std::string>> steps_of(const FusedNetwork& network, const std::vector<int64_t>& shape) {
  std::vector<std::vector<std::string>> steps;
  for (const auto& step : network.steps(shape)) steps.push_back({step.key, step.kind, step.algorithm});
  return steps;
}

void define_fused(nb::module_& module) {
  nb::class_<FusedNetwork>(module, "FusedNetwork", "A network prepared for inference.")
      .def("forward", &FusedNetwork::forward, nb::arg("x"), Unlocked())
      .def("features", nb::overload_cast<const Tensor&>(&FusedNetwork::features, nb::const_), nb::arg("x"), Unlocked())
      .def("stages",
           nb::overload_cast<const Tensor&, const std::vector<std::string>&>(&FusedNetwork::features, nb::const_),
           nb::arg("x"), nb::arg("names"), Unlocked())
      .def("steps", steps_of, nb::arg("shape"))
      .def("precision", [](const FusedNetwork& network) { return text_of(network.precision()); })
      .def("name", &FusedNetwork::name);
}

}  // namespace

void define_network(nb::module_& module) {
  define_fused(module);
  nb::class_<Made>(module, "Network", "A network whose tensors are those of PyTorch.")
      .def_static("create", create, nb::arg("name"), nb::arg("options"), Unlocked())
      .def_static("of_model", network_of, nb::arg("model"), nb::arg("index"))
      .def(
          "forward", [](Made& made, const Tensor& x) { return made.network->forward(x); }, nb::arg("x"), Unlocked())
      .def(
          "features", [](Made& made, const Tensor& x) { return made.network->features(x); }, nb::arg("x"), Unlocked())
      .def(
          "stages",
          [](Made& made, const Tensor& x, const std::vector<std::string>& names) {
            return made.network->features(x, names);
          },
          nb::arg("x"), nb::arg("names"), Unlocked())
      .def("parameters", [](const Made& made) { return items_of(made.network->named_parameters()); })
      .def("buffers", [](const Made& made) { return items_of(made.network->named_buffers()); })
      .def("state", [](const Made& made) { return items_of(state_of(*made.network)); })
      .def("load", load, nb::arg("path"), nb::arg("adapt"), nb::arg("ema"), nb::arg("key"), Unlocked())
      .def("load_named", load_named, nb::arg("state"), nb::arg("adapt"), Unlocked())
      .def("save", save, nb::arg("path"), Unlocked())
      .def(
          "train", [](Made& made, bool mode) { made.network->train(mode); }, nb::arg("mode"))
      .def("fuse", fused, nb::arg("autotune"), nb::arg("precision"), Unlocked())
      .def("copy", copy_of, Unlocked())
      .def("text", text_of_network)
      .def("name", [](const Made& made) { return made.name; })
      .def("options", [](const Made& made) { return to_json(made.options).dump(); })
      .def("head", [](const Made& made) { return made.network->head_path(); })
      .def("channels", [](const Made& made) { return made.network->input_spec().channels; });
  module.def(
      "list_models", [](const std::string& pattern) { return registry().names(pattern); }, nb::arg("pattern"));
}

}  // namespace reszoo::python

// Reads and writes model files.
#include <cmath>

#include "model_structure.h"
#include "reszoo/base/error.h"
#include "reszoo/infer/model.h"
#include "reszoo/nn/skip_init.h"
#include "reszoo/preprocess/json_field.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/quantized.h"
#include "reszoo/zoo/load_network.h"

namespace reszoo {
namespace {

using nlohmann::json;

/// The prefix of the keys of tensors that belong to the preprocessing, not to the network.
constexpr std::string_view kPreprocessPrefix = "reszoo.preprocess.";

/// Metadata with more networks in one file is damaged.
constexpr int64_t kMostNetworks = 1024;

/// Returns the weights whose keys begin with `prefix`, which is removed, except the tensors of the preprocessing.
StateDict part_of(const StateDict& tensors, const std::string& prefix) {
  StateDict part("key");
  for (const auto& item : tensors)
    if (item.key().starts_with(prefix) && !item.key().starts_with(kPreprocessPrefix))
      part.insert(item.key().substr(prefix.size()), item.value());
  return part;
}

/// Returns the tensors of the preprocessing, without their prefix.
std::map<std::string, Tensor> preprocess_tensors(const StateDict& tensors) {
  std::map<std::string, Tensor> found;
  for (const auto& item : tensors)
    if (item.key().starts_with(kPreprocessPrefix)) found[item.key().substr(kPreprocessPrefix.size())] = item.value();
  return found;
}

/// Builds a network with uninitialised weights, which are loaded next.
Network uninitialised(const Model& model) {
  const SkipInit skip_init;
  return create_model(model.name, model.options);
}

/// Returns the prefix of the keys of an ensemble's network; "" for a single network.
std::string prefix_of(size_t networks, size_t i) { return networks == 1 ? "" : fmt::format("networks.{}.", i); }

json to_json(const Quantization& quantization) {
  json ranges = json::object();
  for (const auto& [name, range] : quantization.ranges) ranges[name] = {range.min, range.max};
  return {{"layers", quantization.layers}, {"ranges", ranges}};
}

Quantization quantization_from(const json& card, const std::string& source) {
  const auto object = json_field<json>(card, "quantization", source);
  Quantization quantization{.layers = json_field<std::vector<std::string>>(object, "layers", source)};
  for (const auto& [name, range] : json_field<std::map<std::string, std::vector<float>>>(object, "ranges", source)) {
    if (range.size() != 2 || !std::isfinite(range[0]) || !std::isfinite(range[1]) || range[0] > range[1])
      fail(ErrorKind::file, "{}: the range of {} must be two numbers, the lesser first, got {}", source, name,
           fmt::join(range, ", "));
    quantization.ranges[name] = {range[0], range[1]};
  }
  return quantization;
}

/// Builds the networks that the metadata describes, without loading their weights.
void build_networks(Model& model, const json& card, const std::string& source) {
  model.name = json_field<std::string>(card, "model", source);
  if (!registry().contains(model.name))
    fail(ErrorKind::file,
         "{}: is of the model \"{}\", which is not registered; a network of one's own must be added "
         "with registry().add before its file is loaded",
         source, model.name);
  model.options = options_from_json(registry().find(model.name).domain, json_field<json>(card, "options", source));
  const auto networks = card.contains("networks") ? json_field<int64_t>(card, "networks", source) : 1;
  if (networks < 1 || networks > kMostNetworks) fail(ErrorKind::file, "{}: cannot hold {} networks", source, networks);
  for (int64_t i = 0; i < networks; ++i) model.networks.push_back(uninitialised(model));
}

Model build(const json& card, const StateDict& tensors, const std::string& source) {
  if (json_field<std::string>(card, "kind", source) != "model")
    fail(ErrorKind::file, "{}: holds no model but a {}", source, card.at("kind").get<std::string>());
  Model model;
  build_networks(model, card, source);
  if (card.contains("ways")) model.algorithms = json_field<std::map<std::string, std::string>>(card, "ways", source);
  if (card.contains("quantization")) model.quantization = quantization_from(card, source);
  if (card.contains("table")) model.table = TablePreprocess::from(card["table"], preprocess_tensors(tensors));
  if (card.contains("image")) model.image = ImagePreprocess::from(card["image"]);
  if (card.contains("target")) model.target = Target::from(card["target"]);
  return model;
}

/// Checks that weights that are saved instead of a network's own have the same keys and shapes.
void check_weights(const StateDict& weights, const StateDict& own, const std::string& name) {
  for (const auto& item : own) {
    const auto* found = weights.find(item.key());
    if (!found) fail(ErrorKind::usage, "{}: the weights to save lack {}", name, item.key());
    if (found->sizes() != item.value().sizes())
      fail(ErrorKind::usage, "{}: the weights to save have {} of the shape ({}), not ({})", name, item.key(),
           fmt::join(found->sizes(), ", "), fmt::join(item.value().sizes(), ", "));
  }
  for (const auto& item : weights)
    if (!own.contains(item.key()))
      fail(ErrorKind::usage, "{}: the weights to save have {}, which the network lacks", name, item.key());
}

}  // namespace

Model Model::load(const std::filesystem::path& path, torch::Device device, bool verify, bool allow_non_finite) {
  auto file = read_model_file(path, {.verify = verify});
  file.tensors = dequantized(file.tensors, path.string());
  Model model;
  try {
    model = build(file.card, file.tensors, path.string());
  } catch (const Error& error) {
    const std::string_view message = error.what();
    if (message.starts_with(path.string())) throw;
    fail(ErrorKind::file, "{}: {}", path.string(), message);
  }
  for (size_t i = 0; i < model.networks.size(); ++i) {
    auto& network = model.networks[i];
    load_state(network, part_of(file.tensors, prefix_of(model.networks.size(), i)),
               {.allow_non_finite = allow_non_finite}, path.string());
    network->to(device);
    network->eval();
  }
  return model;
}

void Model::save(const std::filesystem::path& path, const std::optional<StateDict>& weights,
                 bool allow_non_finite) const {
  const auto own = state_of(*network());
  for (const auto& one : networks) check_structure(one, name, options);
  if (weights) check_weights(*weights, own, name);
  json card = {{"kind", "model"}, {"model", name}, {"options", to_json(options)}};
  if (networks.size() > 1) card["networks"] = networks.size();
  if (!algorithms.empty()) card["ways"] = algorithms;
  if (target) card["target"] = target->to_json();
  if (image) card["image"] = image->to_json();
  if (!quantization.empty()) card["quantization"] = to_json(quantization);
  StateDict tensors("key");
  for (size_t i = 0; i < networks.size(); ++i)
    for (const auto& item : quantized(i == 0 && weights ? *weights : state_of(*networks[i]), quantization.layers))
      tensors.insert(prefix_of(networks.size(), i) + item.key(), item.value());
  if (const auto found = describe_non_finite(tensors); !allow_non_finite && !found.empty())
    fail(ErrorKind::input, "{}: is not written, the model has {}; allow_non_finite writes them", path.string(), found);
  if (table) {
    card["table"] = table->to_json();
    for (const auto& [key, tensor] : table->tensors()) tensors.insert(std::string(kPreprocessPrefix) + key, tensor);
  }
  write_model_file(path, card, tensors);
}

}  // namespace reszoo

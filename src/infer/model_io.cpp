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
#include "runtime/quantization_json.h"

namespace reszoo {
namespace {

using nlohmann::json;

/// The prefix of the keys of tensors that do not belong to the network; that of the preprocessing's among them.
constexpr std::string_view kOwnPrefix = "reszoo.", kPreprocessPrefix = "reszoo.preprocess.";

/// The key of Model::background.
constexpr const char* kBackground = "reszoo.background";

/// Metadata with more networks in one file is damaged.
constexpr int64_t kMostNetworks = 1024;

/// Returns the weights whose keys begin with `prefix`, which is removed, except tensors of reszoo's own.
StateDict part_of(const StateDict& tensors, const std::string& prefix) {
  StateDict part("key");
  for (const auto& item : tensors)
    if (item.key().starts_with(prefix) && !item.key().starts_with(kOwnPrefix))
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

/// Returns the background rows; undefined if the file has none.
Tensor background_of(const Model& model, const StateDict& tensors) {
  const auto* rows = tensors.find(kBackground);
  if (rows == nullptr || !model.table) return {};
  const auto columns = std::ssize(model.table->columns());
  if (rows->dim() != 2 || rows->size(0) == 0 || rows->size(1) != columns || rows->scalar_type() != torch::kFloat32)
    fail(ErrorKind::file, "background: must be float32 rows of {} columns, got shape={}", columns,
         fmt::join(rows->sizes(), "x"));
  return *rows;
}

/// Builds a network with uninitialised weights, which are loaded next.
Network uninitialised(const std::string& name, const ModelOptions& options) {
  const SkipInit skip_init;
  return create_model(name, options);
}

/// Returns the prefix of the keys of an ensemble's network; "" for a single network.
std::string prefix_of(size_t networks, size_t i) { return networks == 1 ? "" : fmt::format("networks.{}.", i); }

/// Returns the name and options of a network.
EnsembleMember member_from(const json& card, const std::string& source) {
  EnsembleMember member{.name = json_field<std::string>(card, "model", source), .options = {}};
  if (!registry().contains(member.name))
    fail(ErrorKind::file,
         "{}: is of the model \"{}\", which is not registered; a network of one's own must be added "
         "with registry().add before its file is loaded",
         source, member.name);
  member.options = options_from_json(registry().find(member.name).domain, json_field<json>(card, "options", source));
  return member;
}

/// Builds the networks of an ensemble whose networks differ.
void build_members(Model& model, const json& card, const std::string& source) {
  const auto members = json_field<std::vector<json>>(card, "members", source);
  if (members.empty() || std::ssize(members) > kMostNetworks)
    fail(ErrorKind::file, "{}: cannot hold {} networks", source, members.size());
  for (const auto& one : members) {
    auto member = member_from(one, source);
    member.weight = json_field<double>(one, "weight", source);
    if (!std::isfinite(member.weight) || member.weight <= 0)
      fail(ErrorKind::file, "{}: the weight of a member must be above 0, got {}", source, member.weight);
    model.networks.push_back(uninitialised(member.name, member.options));
    model.members.push_back(std::move(member));
  }
  model.name = model.members.front().name;
  model.options = model.members.front().options;
}

/// Builds the networks that the metadata describes, without loading their weights.
void build_networks(Model& model, const json& card, const std::string& source) {
  if (card.contains("members")) return build_members(model, card, source);
  auto [name, options, weight] = member_from(card, source);
  model.name = std::move(name);
  model.options = std::move(options);
  const auto networks = card.contains("networks") ? json_field<int64_t>(card, "networks", source) : 1;
  if (networks < 1 || networks > kMostNetworks) fail(ErrorKind::file, "{}: cannot hold {} networks", source, networks);
  for (int64_t i = 0; i < networks; ++i) model.networks.push_back(uninitialised(model.name, model.options));
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
  model.background = background_of(model, tensors);
  return model;
}

/// Checks that the file's metadata will describe the networks as they are.
void check_networks(const Model& model) {
  if (!model.members.empty() && model.members.size() != model.networks.size())
    fail(ErrorKind::usage, "{}: has {} networks, but {} members", model.name, model.networks.size(),
         model.members.size());
  for (size_t i = 0; i < model.networks.size(); ++i) {
    const auto* member = model.members.empty() ? nullptr : &model.members[i];
    check_structure(model.networks[i], member ? member->name : model.name, member ? member->options : model.options);
  }
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

Model Model::load(const std::filesystem::path& path, torch::Device device, const LoadOptions& how) {
  auto file = read_model_file(path, {.verify = how.verify});
  file.tensors = dequantized(file.tensors, path.string(), how.assign);
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
               {.allow_non_finite = how.allow_non_finite, .assign = how.assign}, path.string());
    network->to(device);
    network->eval();
  }
  return model;
}

void Model::save(const std::filesystem::path& path, const std::optional<StateDict>& weights,
                 bool allow_non_finite) const {
  const auto own = state_of(*network());
  check_networks(*this);
  if (weights) check_weights(*weights, own, name);
  json card = {{"kind", "model"}, {"model", name}};
  if (members.empty()) card["options"] = to_json(options);
  if (members.empty() && networks.size() > 1) card["networks"] = networks.size();
  for (const auto& member : members)
    card["members"].push_back(
        {{"model", member.name}, {"options", to_json(member.options)}, {"weight", member.weight}});
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
    if (background.defined()) tensors.insert(kBackground, background);
  }
  write_model_file(path, card, tensors);
}

}  // namespace reszoo

#include "reszoo/infer/model.h"

#include <cmath>

#include "reszoo/base/error.h"
#include "reszoo/nn/no_init.h"
#include "reszoo/preprocess/json_field.h"
#include "reszoo/weights/load.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/quantized.h"

namespace reszoo {
namespace {

using nlohmann::json;

/// Tensors whose key begins so belong to the preprocessing, not to the network.
constexpr std::string_view kPreprocessPrefix = "reszoo.preprocess.";

/// More networks than this in one file are a damaged card.
constexpr int64_t kMostNetworks = 1024;

/// Runs `forward` over the rows in batches and gathers the results on the CPU.
template <typename Forward>
Tensor in_batches(Network network, const Tensor& input, int64_t batch_size, Forward forward) {
  torch::NoGradGuard no_grad;
  network->eval();
  const auto parameters = network->parameters();
  const auto device = parameters.empty() ? input.device() : parameters.front().device();
  std::vector<Tensor> results;
  for (const auto& batch : input.split(batch_size)) results.push_back(forward(batch.to(device)).cpu());
  return results.size() == 1 ? results.front() : torch::cat(results);
}

/// What each network makes of all rows: `run` takes a Network or a FusedNetwork.
template <typename Run>
std::vector<Tensor> of_each(std::vector<Network> networks, const std::vector<FusedNetwork>& fused, const Tensor& input,
                            int64_t batch_size, Run run) {
  std::vector<Tensor> results;
  for (size_t i = 0; i < networks.size(); ++i)
    results.push_back(in_batches(networks[i], input, batch_size, [&](const Tensor& x) {
      return fused.empty() ? run(*networks[i], x) : run(fused[i], x);
    }));
  return results;
}

/// The weights whose keys begin with `prefix`, without it; not the preprocessing's.
State part_of(const State& tensors, const std::string& prefix) {
  State part("key");
  for (const auto& item : tensors)
    if (item.key().starts_with(prefix) && !item.key().starts_with(kPreprocessPrefix))
      part.insert(item.key().substr(prefix.size()), item.value());
  return part;
}

/// The tensors of the preprocessing, without their prefix.
std::map<std::string, Tensor> preprocess_tensors(const State& tensors) {
  std::map<std::string, Tensor> found;
  for (const auto& item : tensors)
    if (item.key().starts_with(kPreprocessPrefix)) found[item.key().substr(kPreprocessPrefix.size())] = item.value();
  return found;
}

/// A network whose weights are loaded next.
Network uninitialised(const Model& model) {
  const NoInit no_init;
  return create_model(model.name, model.options);
}

/// What the keys of an ensemble's network begin with; nothing for a single one.
std::string prefix_of(const Model& model, size_t i) {
  return model.further.empty() ? "" : fmt::format("networks.{}.", i);
}

std::vector<Network> networks_of(const Model& model) {
  std::vector<Network> networks{model.network};
  networks.insert(networks.end(), model.further.begin(), model.further.end());
  return networks;
}

json to_json(const Quantization& quantization) {
  json ranges = json::object();
  for (const auto& [name, range] : quantization.ranges) ranges[name] = {range.least, range.most};
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

Model build(const json& card, const State& tensors, const std::string& source) {
  if (json_field<std::string>(card, "kind", source) != "model")
    fail(ErrorKind::file, "{}: holds no model but a {}", source, card.at("kind").get<std::string>());
  Model model;
  model.name = json_field<std::string>(card, "model", source);
  model.options = options_from_json(registry().find(model.name).domain, json_field<json>(card, "options", source));
  model.network = uninitialised(model);
  const auto networks = card.contains("networks") ? json_field<int64_t>(card, "networks", source) : 1;
  if (networks < 1 || networks > kMostNetworks) fail(ErrorKind::file, "{}: cannot hold {} networks", source, networks);
  for (int64_t i = 1; i < networks; ++i) model.further.push_back(uninitialised(model));
  if (card.contains("ways")) model.ways = json_field<std::map<std::string, std::string>>(card, "ways", source);
  if (card.contains("quantization")) model.quantization = quantization_from(card, source);
  if (card.contains("table")) model.table = TablePreprocess::from(card["table"], preprocess_tensors(tensors));
  if (card.contains("image")) model.image = ImagePreprocess::from(card["image"]);
  if (card.contains("target")) model.target = Target::from(card["target"]);
  return model;
}

std::vector<double> values_of(const Tensor& row) {
  const auto values = row.contiguous();
  return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
}

/// The words that the target's column `t` can have.
const std::vector<std::string>& words_of(const Target& target, size_t t) {
  return target.labels().empty() ? target.classes() : target.labels()[t];
}

}  // namespace

Model Model::load(const std::filesystem::path& path, torch::Device device, bool verify) {
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
  auto networks = networks_of(model);
  for (size_t i = 0; i < networks.size(); ++i) {
    load_state(*networks[i], part_of(file.tensors, prefix_of(model, i)), {}, path.string());
    networks[i]->to(device);
    networks[i]->eval();
  }
  return model;
}

void Model::save(const std::filesystem::path& path, const std::optional<State>& weights) const {
  nlohmann::json card = {{"kind", "model"}, {"model", name}, {"options", to_json(options)}};
  if (!further.empty()) card["networks"] = further.size() + 1;
  if (!ways.empty()) card["ways"] = ways;
  State tensors("key");
  if (target) card["target"] = target->to_json();
  if (image) card["image"] = image->to_json();
  auto networks = networks_of(*this);
  if (!quantization.empty()) card["quantization"] = to_json(quantization);
  for (size_t i = 0; i < networks.size(); ++i)
    for (const auto& item : quantized(i == 0 && weights ? *weights : state_of(*networks[i]), quantization.layers))
      tensors.insert(prefix_of(*this, i) + item.key(), item.value());
  if (table) {
    card["table"] = table->to_json();
    for (const auto& [key, tensor] : table->tensors()) tensors.insert(std::string(kPreprocessPrefix) + key, tensor);
  }
  write_model_file(path, card, tensors);
}

void Model::fuse(const FuseOptions& how) {
  auto shared = how;
  shared.share_weights = true;
  shared.ways.insert(ways.begin(), ways.end());
  if (shared.quantization.empty()) shared.quantization = quantization;
  std::vector<FusedNetwork> made;
  for (const auto& one : networks_of(*this)) made.push_back(reszoo::fuse(one, shared));
  fused = std::move(made);
}

Tensor Model::input(const Frame& rows) const {
  if (!table) fail(ErrorKind::usage, "{}: reads images, got rows of a table", name);
  return table->transform(rows);
}

Tensor Model::input(const ImageView& pixels) const {
  if (!image) fail(ErrorKind::usage, "{}: reads rows of a table, got an image", name);
  return (*image)(pixels);
}

Tensor Model::outputs(const Tensor& prepared, int64_t batch_size) {
  auto each = of_each(networks_of(*this), fused, prepared, batch_size,
                      [](auto& one, const Tensor& x) { return one.forward(x); });
  if (each.size() == 1) return each.front();
  for (auto& outputs : each)
    if (outputs.dim() == 2) outputs = outputs.unsqueeze(1);
  return torch::cat(each, 1);
}

Tensor Model::features(const Tensor& prepared, int64_t batch_size) {
  const auto each = of_each(networks_of(*this), fused, prepared, batch_size,
                            [](auto& one, const Tensor& x) { return one.features(x); });
  return each.size() == 1 ? each.front() : torch::cat(each, 1);
}

std::vector<Prediction> Model::read(const Tensor& outputs) const {
  if (!target) fail(ErrorKind::usage, "{}: does not know what its outputs mean", name);
  std::vector<Prediction> predictions(static_cast<size_t>(outputs.size(0)));
  const auto decoded = target->decode(outputs).to(torch::kCPU, torch::kFloat64);
  const auto each = decoded.dim() == 1 ? decoded.unsqueeze(1) : decoded;
  const auto chances = target->is_number() ? Tensor() : target->probabilities(outputs).to(torch::kCPU, torch::kFloat64);
  for (size_t i = 0; i < predictions.size(); ++i) {
    auto& said = predictions[i];
    const auto row = values_of(each[static_cast<int64_t>(i)]);
    if (chances.defined()) said.probabilities = values_of(chances[static_cast<int64_t>(i)]);
    for (size_t t = 0; t < row.size(); ++t)
      said.labels.push_back(target->is_number() ? number_text(row[t])
                                                : words_of(*target, t)[static_cast<size_t>(row[t])]);
    const size_t middle = target->task() == Task::quantile ? row.size() / 2 : 0;
    said.label = said.labels[middle];
    if (!target->is_number()) continue;
    said.value = row[middle];
    said.values = row;
  }
  return predictions;
}

Prediction Model::predict(const Row& row) {
  return read(outputs(input(frame_of({row})))).front();
}

Prediction Model::predict(const ImageView& pixels) {
  return read(outputs(input(pixels))).front();
}

}  // namespace reszoo

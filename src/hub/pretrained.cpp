#include "reszoo/hub/pretrained.h"

#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/hub/hf_hub.h"
#include "reszoo/hub/imagenet.h"
#include "reszoo/nn/skip_init.h"
#include "reszoo/weights/read.h"
#include "reszoo/zoo/load_network.h"

namespace reszoo {
namespace {

/// Builds the network. If every weight is loaded next, initialisation is skipped.
Network build(const std::string& name, const ModelOptions& options, bool renews_a_layer) {
  const SkipInit skip_init(!renews_a_layer);
  return create_model(name, options);
}

/// Opens a repository without `config.json` that has a model file of reszoo.
Model load_from_hub(const HubRepository& repository, const PretrainedOptions& options) {
  const auto path = fetch_hub_weights(repository, options.fetch);
  if (detect_weights(path) != WeightsKind::model_file)
    fail(ErrorKind::file, "{}: has no config.json, and its weights do not name their network; name it with model",
         repository.text());
  if (options.outputs)
    fail(ErrorKind::usage, "{}: is a model file, whose outputs cannot be changed", repository.text());
  auto how = options.load;
  how.verify = options.fetch.verify;
  return Model::load(path, options.device, how);
}

/// Returns the names of the classes; empty if they are unknown.
std::vector<std::string> class_names_of(const PretrainedConfig& weights) {
  const auto& imagenet = imagenet_classes();
  if (!weights.class_names.empty()) return weights.class_names;
  return weights.classes == static_cast<int64_t>(imagenet.size()) ? imagenet : std::vector<std::string>{};
}

/// Fetches the weights and loads them. `options.fetch.on_warning` is told of keys that were renamed or ignored.
void load_into(NetworkImpl& network, const PretrainedConfig& weights, bool adapt, const PretrainedOptions& options) {
  const auto path = fetch_weights(weights, options.fetch);
  auto how = options.load;
  how.adapt = adapt;
  // If the digest of the whole file was verified, the checksums of its parts need not be.
  how.verify = options.fetch.verify && weights.digest.empty();
  const auto report = load_weights(network, path, how);
  if (options.fetch.on_warning && report.is_noteworthy() && !adapt && network.has_head())
    options.fetch.on_warning(fmt::format("{}: {}", path.string(), report.line()));
}

}  // namespace

Model create_pretrained(const PretrainedConfig& weights, const PretrainedOptions& options) {
  const auto outputs = options.outputs.value_or(weights.classes);
  Model model;
  model.name = weights.model;
  model.options = network_options(weights, outputs);
  const bool adapt = outputs != weights.classes && outputs != 0;
  // Built before the download, so that a wrong option fails at once.
  model.networks = {build(model.name, model.options, adapt)};
  load_into(*model.network(), weights, adapt, options);
  model.network()->to(options.device);
  model.network()->eval();
  model.image = weights.preprocess;
  const auto names = class_names_of(weights);
  if (!names.empty() && outputs == weights.classes)
    model.target = Target::from({{"name", "class"}, {"task", "multiclass"}, {"classes", names}});
  return model;
}

Model create_pretrained(const std::string& name, const std::string& tag, const PretrainedOptions& options) {
  if (!is_hub_name(name)) return create_pretrained(find_pretrained_config(name, tag), options);
  const auto config = find_hub_config(parse_hub_name(name), options.fetch);
  return config ? create_pretrained(*config, options) : load_from_hub(parse_hub_name(name), options);
}

PretrainedConfig resolve_pretrained(const std::string& name, const FetchOptions& options) {
  if (!is_hub_name(name)) return find_pretrained_config(name);
  if (auto config = find_hub_config(parse_hub_name(name), options)) return *config;
  fail(ErrorKind::file, "{}: has no config.json; name the network with model", name);
}

ImageOptions network_options(const PretrainedConfig& weights, int64_t outputs) {
  auto options = weights.options;
  options.outputs = outputs;
  return options;
}

}  // namespace reszoo

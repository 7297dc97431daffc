#include "reszoo/hub/pretrained.h"

#include <nlohmann/json.hpp>

#include "reszoo/hub/imagenet.h"
#include "reszoo/nn/skip_init.h"
#include "reszoo/zoo/load_network.h"

namespace reszoo {
namespace {

/// Builds the network. If every weight is loaded next, initialisation is skipped.
Network build(const std::string& name, const ModelOptions& options, bool renews_a_layer) {
  const SkipInit skip_init(!renews_a_layer);
  return create_model(name, options);
}

}  // namespace

Model create_pretrained(const PretrainedConfig& weights, const PretrainedOptions& options) {
  const auto outputs = options.outputs.value_or(weights.classes);
  Model model;
  model.name = weights.model;
  model.options = ImageOptions{.outputs = outputs};
  const bool adapt = outputs != weights.classes && outputs != 0;
  // Built before the download, so that a wrong option fails at once.
  model.networks = {build(model.name, model.options, adapt)};
  // If the digest of the whole file was verified, the checksums of its parts need not be.
  load_weights(*model.network(), fetch_weights(weights, options.fetch),
               {.adapt = adapt, .verify = options.fetch.verify && weights.digest.empty()});
  model.network()->to(options.device);
  model.network()->eval();
  model.image = weights.preprocess;
  const auto& names = imagenet_classes();
  if (outputs == weights.classes && outputs == static_cast<int64_t>(names.size()))
    model.target = Target::from({{"name", "class"}, {"task", "multiclass"}, {"classes", names}});
  return model;
}

Model create_pretrained(const std::string& name, const std::string& tag, const PretrainedOptions& options) {
  return create_pretrained(find_pretrained_config(name, tag), options);
}

}  // namespace reszoo

#include "reszoo/hub/pretrained.h"

#include <nlohmann/json.hpp>

#include "reszoo/hub/imagenet.h"
#include "reszoo/weights/load.h"

namespace reszoo {

Model create_pretrained(const PublishedWeights& weights, const PretrainedOptions& options) {
  const auto outputs = options.outputs.value_or(weights.classes);
  Model model;
  model.name = weights.model;
  model.options = ImageOptions{.outputs = outputs};
  model.network = create_model(model.name, model.options);  // before the download: a wrong option costs no wait
  load_weights(*model.network, fetch_weights(weights, options.fetch),
               {.adapt = outputs != weights.classes, .verify = options.fetch.verify});
  model.network->to(options.device);
  model.network->eval();
  model.image = weights.preprocess;
  const auto& names = imagenet_classes();
  if (outputs == weights.classes && outputs == static_cast<int64_t>(names.size()))
    model.target = Target::from({{"name", "class"}, {"task", "multiclass"}, {"classes", names}});
  return model;
}

Model create_pretrained(const std::string& name, const std::string& tag, const PretrainedOptions& options) {
  return create_pretrained(find_published(name, tag), options);
}

}  // namespace reszoo

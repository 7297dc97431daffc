#include <algorithm>

#include "reszoo/nn/network.h"
#include "reszoo/weights/key_fit.h"

namespace reszoo {

NetworkKeys NetworkKeys::of(const nn::Module& module) {
  NetworkKeys keys{KeyTree(state_of(module))};
  const auto add = [&](const std::string& prefix, const NetworkImpl& network) {
    (network.has_head() ? keys.heads : keys.absent_heads).push_back(prefix + network.head_path());
    keys.classifiers.push_back(prefix + network.classifier_path());
    const auto& state = keys.tree.state();
    const auto first = std::find_if(state.begin(), state.end(), [&](const auto& item) {
      return item.key().starts_with(prefix) && item.value().dim() == 4;
    });
    if (first != state.end()) keys.first_convolutions.push_back(first->key());
  };
  if (const auto* network = dynamic_cast<const NetworkImpl*>(&module)) add("", *network);
  for (const auto& item : module.named_modules("", /*include_self=*/false)) {
    keys.modules.insert(item.key());
    if (const auto* network = dynamic_cast<const NetworkImpl*>(item.value().get())) add(item.key() + ".", *network);
  }
  return keys;
}

bool NetworkKeys::differs_in_outputs(const std::string& key, const Tensor& own, const Tensor& found) const {
  if (own.dim() == 0 || found.dim() != own.dim()) return false;
  // k parallel layers have the outputs last: (k, in, outputs) and (k, outputs).
  const bool last = key.ends_with(".bias") || own.dim() == 3;
  auto a = found.sizes().vec(), b = own.sizes().vec();
  a.erase(last ? a.end() - 1 : a.begin());
  b.erase(last ? b.end() - 1 : b.begin());
  return a == b && std::any_of(classifiers.begin(), classifiers.end(),
                               [&](const auto& path) { return key == path + ".weight" || key == path + ".bias"; });
}

bool NetworkKeys::differs_in_channels(const std::string& key, const Tensor& own, const Tensor& found) const {
  return own.dim() == 4 && found.dim() == 4 && found.size(1) > 0 && own.size(0) == found.size(0) &&
         own.sizes().slice(2) == found.sizes().slice(2) && found.is_floating_point() &&
         std::find(first_convolutions.begin(), first_convolutions.end(), key) != first_convolutions.end();
}

bool has_shape_for(const Tensor& own, const Tensor& found) {
  return own.sizes() == found.sizes() || (own.dim() == 0 && found.dim() == 1 && found.numel() == 1);
}

}  // namespace reszoo

#include "network_snapshot.h"

#include <algorithm>

namespace reszoo {
namespace {

/// Returns the version counter of the tensor. Tensors created in inference mode have none.
int64_t version_of(const Tensor& tensor) { return tensor.is_inference() ? 0 : tensor._version(); }

}  // namespace

NetworkSnapshot::Weight::Weight(const Tensor& weight)
    : tensor(weight), data(weight.const_data_ptr()), version(version_of(weight)) {}

bool NetworkSnapshot::Weight::is_unchanged() const {
  return tensor.const_data_ptr() == data && version_of(tensor) == version;
}

NetworkSnapshot::NetworkSnapshot(const Network& network)
    : root_(network.ptr()), modules_(network->modules(/*include_self=*/false)) {
  for (const auto& weight : network->parameters()) weights_.emplace_back(weight);
  for (const auto& weight : network->buffers()) weights_.emplace_back(weight);
}

bool NetworkSnapshot::is_current(const Network& network) const {
  return network.ptr() == root_ && network->modules(/*include_self=*/false) == modules_ &&
         std::all_of(weights_.begin(), weights_.end(), [](const auto& weight) { return weight.is_unchanged(); });
}

}  // namespace reszoo

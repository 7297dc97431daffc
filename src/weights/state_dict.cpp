#include "reszoo/weights/state_dict.h"

namespace reszoo {
namespace {

void collect(const nn::Module& module, const std::string& prefix, StateDict& state) {
  for (const auto& item : module.named_parameters(/*recurse=*/false)) state.insert(prefix + item.key(), item.value());
  for (const auto& item : module.named_buffers(/*recurse=*/false)) state.insert(prefix + item.key(), item.value());
  for (const auto& child : module.named_children()) collect(*child.value(), prefix + child.key() + ".", state);
}

}  // namespace

StateDict state_of(const nn::Module& module) {
  StateDict state("key");
  collect(module, "", state);
  return state;
}

}  // namespace reszoo

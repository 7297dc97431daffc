#include "reszoo/nn/chain.h"

namespace reszoo {
namespace {

Steps children_of(nn::Sequential& sequential) {
  const auto names = sequential->named_children().keys();
  Steps steps;
  for (size_t i = 0; i < names.size(); ++i) steps.emplace_back(names[i], *(sequential->begin() + static_cast<long>(i)));
  return steps;
}

}  // namespace

ChainImpl::ChainImpl(nn::Sequential sequential) : ChainImpl(children_of(sequential)) {}

std::shared_ptr<nn::Module> ChainImpl::clone(const std::optional<torch::Device>& device) const {
  auto copy = std::make_shared<ChainImpl>(clone_steps(steps_, device));
  copy->set_checkpoint(checkpoint_);
  copy_flags(*this, *copy);
  return copy;
}

Steps numbered_steps(std::vector<AnyModule> modules) {
  Steps steps;
  for (auto& module : modules) steps.emplace_back(std::to_string(steps.size()), std::move(module));
  return steps;
}

}  // namespace reszoo

#include "reszoo/nn/residual_block.h"

#include <fmt/ranges.h>

#include "reszoo/base/error.h"

namespace reszoo {

ResidualBlockImpl::ResidualBlockImpl(Slots slots) : slots_(std::move(slots)) {
  const auto register_shortcut = [&] { register_module(slots_.shortcut.name(), slots_.shortcut.module().ptr()); };
  if (slots_.shortcut_first) register_shortcut();
  register_steps(*this, slots_.entry);
  register_steps(*this, slots_.branch);
  if (!slots_.shortcut_first) register_shortcut();
  register_steps(*this, slots_.exit);
}

Tensor ResidualBlockImpl::forward(const Tensor& x) {
  const Tensor e = run(slots_.entry, x);
  const Tensor shortcut = slots_.shortcut.module().forward(slots_.shortcut_reads_entry ? e : x);
  const Tensor branch = run(slots_.branch, e);
  // Otherwise different sizes that can be broadcast would be summed without an error.
  if (branch.sizes() != shortcut.sizes())
    fail(ErrorKind::input, "ResidualBlock: branch and {} must agree, got ({}) and ({}); a projection changes the width",
         slots_.shortcut.name(), fmt::join(branch.sizes(), ", "), fmt::join(shortcut.sizes(), ", "));
  return run(slots_.exit, branch + shortcut);
}

AnyModule* ResidualBlockImpl::child(const std::string& name) {
  if (name == slots_.shortcut.name()) return &slots_.shortcut.module();
  for (auto* steps : {&slots_.entry, &slots_.branch, &slots_.exit})
    if (auto* found = find_step(*steps, name)) return found;
  return nullptr;
}

std::shared_ptr<nn::Module> ResidualBlockImpl::clone(const std::optional<torch::Device>& device) const {
  auto copy = std::make_shared<ResidualBlockImpl>(Slots{
      .entry = clone_steps(slots_.entry, device),
      .branch = clone_steps(slots_.branch, device),
      .exit = clone_steps(slots_.exit, device),
      .shortcut = {slots_.shortcut.name(), clone_module(slots_.shortcut.module(), device)},
      .shortcut_reads_entry = slots_.shortcut_reads_entry,
      .shortcut_first = slots_.shortcut_first,
  });
  copy_flags(*this, *copy);
  return copy;
}

ResidualBlock residual(AnyModule module, AnyModule projection) {
  Slots slots;
  slots.branch.emplace_back("module", std::move(module));
  slots.shortcut = {"projection", std::move(projection)};
  return ResidualBlock(std::move(slots));
}

}  // namespace reszoo

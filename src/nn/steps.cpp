#include "reszoo/nn/steps.h"

#include "generator_guard.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/nn/chain.h"
#include "reszoo/nn/skip_init.h"

namespace reszoo {

NamedStep::NamedStep(std::string name, nn::Sequential sequential)
    : nn::NamedAnyModule(std::move(name), AnyModule(Chain(std::move(sequential)))) {}

void Composite::replace_child(const std::string& name, AnyModule module) {
  AnyModule* found = child(name);
  if (!found)
    fail(ErrorKind::usage, "replace_child: no part \"{}\"{}", name, suggestion(name, named_children().keys()));
  *found = std::move(module);
  replace_module(name, found->ptr());
}

Tensor run(Steps& steps, Tensor x) {
  for (auto& step : steps) x = step.module().forward(std::move(x));
  return x;
}

Tensor run(Steps& steps, Tensor x, const StepObserver& observe, const std::string& prefix) {
  for (auto& step : steps) {
    const auto path = prefix + step.name();
    if (auto* chain = step.module().ptr()->as<ChainImpl>()) {
      x = run(chain->steps(), std::move(x), observe, path + ".");
      if (!x.defined()) return x;
    } else {
      x = step.module().forward(std::move(x));
    }
    if (!observe(path, x)) return {};
  }
  return x;
}

Steps register_steps(nn::Module& owner, Steps steps) {
  for (auto& step : steps) owner.register_module(step.name(), step.module().ptr());
  return steps;
}

AnyModule* find_step(Steps& steps, const std::string& name) {
  for (auto& step : steps)
    if (step.name() == name) return &step.module();
  return nullptr;
}

AnyModule clone_module(const AnyModule& module, const std::optional<torch::Device>& device) {
  // Cloneable::clone() calls reset(), which draws initial weights that are overwritten immediately.
  const SkipInit skip_init;
  const GeneratorGuard guard(default_generators(device));  // a user's module may use other random functions
  auto copy = module.clone(device);
  copy_flags(*module.ptr(), *copy.ptr());
  return copy;
}

Steps clone_steps(const Steps& steps, const std::optional<torch::Device>& device) {
  Steps copies;
  copies.reserve(steps.size());
  for (const auto& step : steps) copies.emplace_back(step.name(), clone_module(step.module(), device));
  return copies;
}

void copy_flags(const nn::Module& from, nn::Module& to) {
  const auto sources = from.modules();
  const auto targets = to.modules();
  TORCH_INTERNAL_ASSERT(sources.size() == targets.size());
  // Parents come before their children, so the mode of a child is set last.
  for (size_t i = 0; i < sources.size(); ++i) targets[i]->train(sources[i]->is_training());
  const auto source_parameters = from.parameters();
  auto target_parameters = to.parameters();
  for (size_t i = 0; i < source_parameters.size(); ++i)
    target_parameters[i].set_requires_grad(source_parameters[i].requires_grad());
}

}  // namespace reszoo

#include "reszoo/train/freeze.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>

#include "reszoo/train/parameter_rules.h"

namespace reszoo {
namespace {

using torch::nn::Module;

/// Whether the module has running statistics: a batch norm from any library.
bool keeps_statistics(const Module& module) { return module.named_buffers(/*recurse=*/false).contains("running_var"); }

/// Returns the batch norms in modules that have parameters, all of which are frozen.
std::set<std::shared_ptr<Module>> frozen_norms(const Module& root) {
  std::set<std::shared_ptr<Module>> norms;
  const auto add = [&](const Module& part, const std::vector<std::shared_ptr<Module>>& modules) {
    const auto parameters = part.parameters();
    if (parameters.empty() || std::any_of(parameters.begin(), parameters.end(),
                                          [](const at::Tensor& parameter) { return parameter.requires_grad(); }))
      return;
    for (const auto& module : modules)
      if (keeps_statistics(*module)) norms.insert(module);
  };
  add(root, root.modules(/*include_self=*/false));
  for (const auto& part : root.modules(/*include_self=*/false)) add(*part, part->modules());
  return norms;
}

int64_t set_trained(Module& root, std::string_view subject, const std::string& pattern, bool trained) {
  const auto before = frozen_norms(root);
  const auto parameters = root.named_parameters();
  const auto found = matches(subject, pattern, parameters.keys());
  for (const auto i : found) parameters[i].value().set_requires_grad(trained);
  const auto after = frozen_norms(root);
  for (const auto& norm : before)
    if (!after.contains(norm)) norm->train();
  for (const auto& norm : after) norm->eval();
  return static_cast<int64_t>(found.size());
}

}  // namespace

int64_t freeze(Module& module, const std::string& pattern) { return set_trained(module, "freeze", pattern, false); }

int64_t unfreeze(Module& module, const std::string& pattern) { return set_trained(module, "unfreeze", pattern, true); }

int64_t freeze_norms(Module& module) {
  int64_t count = 0;
  for (const auto& norm : module.modules()) {
    if (!keeps_statistics(*norm)) continue;
    norm->eval();
    for (auto& parameter : norm->parameters(/*recurse=*/false)) parameter.set_requires_grad(false);
    ++count;
  }
  return count;
}

}  // namespace reszoo

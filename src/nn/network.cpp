#include "reszoo/nn/network.h"

#include <torch/nn/modules/linear.h>

#include <map>
#include <set>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

/// Collects the paths that `features(x, names)` accepts: steps, and steps of nested Chains.
void collect_paths(const Steps& steps, const std::string& prefix, std::vector<std::string>& paths) {
  for (const auto& step : steps) {
    paths.push_back(prefix + step.name());
    if (const auto* chain = step.module().ptr()->as<ChainImpl>())
      collect_paths(chain->steps(), paths.back() + ".", paths);
  }
}

}  // namespace

std::string InputSpec::text() const { return shape_text(layout, std::to_string(channels)); }

NetworkImpl::NetworkImpl(NetworkParts parts) : parts_(std::move(parts)) {
  register_steps(*this, parts_.body);
  register_steps(*this, parts_.pool);
  register_module(parts_.head.name(), parts_.head.module().ptr());
}

void NetworkImpl::check_input(const Tensor& x) const {
  if (x.dim() != rank_of(parts_.input.layout) || x.size(1) != parts_.input.channels)
    fail(ErrorKind::input, "{}: input must be {}, got ({})", parts_.name, parts_.input.text(),
         fmt::join(x.sizes(), ", "));
  if (!x.is_floating_point())
    fail(ErrorKind::input, "{}: input must be of a floating type, got {}; an ImagePreprocess turns bytes into numbers",
         parts_.name, c10::toString(x.scalar_type()));
}

Tensor NetworkImpl::forward_features(const Tensor& x) {
  check_input(x);
  return run(parts_.body, x);
}

Tensor NetworkImpl::features(const Tensor& x) { return run(parts_.pool, forward_features(x)); }

Tensor NetworkImpl::forward(const Tensor& x) { return parts_.head.module().forward(features(x)); }

void NetworkImpl::check_steps(const std::vector<std::string>& names) const {
  std::vector<std::string> known;
  collect_paths(parts_.body, "", known);
  for (const auto& name : names)
    if (std::find(known.begin(), known.end(), name) == known.end())
      fail(ErrorKind::usage, "{}: no step \"{}\"{}; steps are {}", parts_.name, name, suggestion(name, known),
           list(known));
}

std::vector<Tensor> NetworkImpl::features(const Tensor& x, const std::vector<std::string>& names) {
  check_input(x);
  check_steps(names);
  std::map<std::string, Tensor> seen;
  const std::set<std::string> wanted(names.begin(), names.end());
  if (!wanted.empty())
    run(parts_.body, x, [&](const std::string& path, const Tensor& output) {
      if (wanted.count(path)) seen[path] = output;
      return seen.size() < wanted.size();
    });
  std::vector<Tensor> outputs;
  for (const auto& name : names) outputs.push_back(seen.at(name));
  return outputs;
}

bool NetworkImpl::has_head() const { return !parts_.head.module().ptr()->as<nn::IdentityImpl>(); }

AnyModule* NetworkImpl::child(const std::string& name) {
  if (name == parts_.head.name()) return &parts_.head.module();
  if (auto* found = find_step(parts_.body, name)) return found;
  return find_step(parts_.pool, name);
}

std::shared_ptr<nn::Module> NetworkImpl::clone(const std::optional<torch::Device>& device) const {
  auto copy = std::make_shared<NetworkImpl>(NetworkParts{
      .name = parts_.name,
      .input = parts_.input,
      .body = clone_steps(parts_.body, device),
      .pool = clone_steps(parts_.pool, device),
      .head = {parts_.head.name(), clone_module(parts_.head.module(), device)},
      .classifier = parts_.classifier,
  });
  copy_flags(*this, *copy);
  return copy;
}

}  // namespace reszoo

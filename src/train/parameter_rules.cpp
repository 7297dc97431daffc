#include "reszoo/train/parameter_rules.h"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/nn/network.h"

namespace reszoo {
namespace {

bool names(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

/// Returns patterns for the modules that have parameters: "layer1.*, fc.*".
std::string parts_text(const std::vector<std::string>& all) {
  std::vector<std::string> parts;
  for (const auto& name : all) {
    const auto dot = name.find('.');
    const auto part = dot == std::string::npos ? name : name.substr(0, dot) + ".*";
    if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
  }
  return list(parts);
}

/// Suggests what the caller may have meant: a name, or a module with `.*`, which is easily forgotten; otherwise lists
/// what exists.
std::string hint(const std::string& pattern, const std::vector<std::string>& all) {
  auto candidates = all;
  for (const auto& name : all) {
    if (name.starts_with(pattern + ".")) return fmt::format("; did you mean {}.*?", pattern);
    for (auto dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1))
      candidates.push_back(name.substr(0, dot) + ".*");
  }
  const auto near = suggestion(pattern, candidates);
  return near.empty() && !all.empty() ? "; there are " + parts_text(all) : near;
}

void require(bool holds, const ParameterRule& rule, const char* what, double value) {
  if (!holds) fail(ErrorKind::usage, "rule \"{}\": {} must be at least 0, got {}", rule.pattern, what, value);
}

/// A step at which a layer may begin.
struct Step {
  std::string path;
  bool block;   ///< is a residual block
  bool weight;  ///< has a matrix or a kernel
};

bool has_blocks(const Steps& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const nn::NamedAnyModule& step) {
    const auto* chain = step.module().ptr()->as<ChainImpl>();
    return chain ? has_blocks(chain->steps()) : step.module().ptr()->as<ResidualBlockImpl>() != nullptr;
  });
}

/// Collects the steps with parameters; a Chain is replaced by its steps. If `blocks` is set, a Chain without residual
/// blocks (a stem of several convolutions) is kept whole.
void collect(const Steps& steps, const std::string& prefix, bool blocks, std::vector<Step>& found) {
  for (const auto& step : steps) {
    const auto& module = *step.module().ptr();
    const auto path = prefix + step.name();
    const auto parameters = module.parameters();
    if (parameters.empty()) continue;
    if (const auto* chain = module.as<ChainImpl>(); chain && (!blocks || has_blocks(chain->steps())))
      collect(chain->steps(), path + ".", blocks, found);
    else
      found.push_back({.path = path,
                       .block = module.as<ResidualBlockImpl>() != nullptr,
                       .weight = std::any_of(parameters.begin(), parameters.end(),
                                             [](const Tensor& parameter) { return parameter.dim() > 1; })});
  }
}

}  // namespace

ParameterRule resolve_rules(const std::vector<ParameterRule>& rules, const std::string& name) {
  ParameterRule merged{.pattern = name};
  for (const auto& rule : rules) {
    require(std::isfinite(rule.lr_factor) && rule.lr_factor >= 0, rule, "lr_factor", rule.lr_factor);
    const auto decay = rule.weight_decay.value_or(0);
    require(std::isfinite(decay) && decay >= 0, rule, "weight_decay", decay);
    if (!names(rule.pattern, name)) continue;
    merged.lr_factor *= rule.lr_factor;
    if (rule.weight_decay) merged.weight_decay = rule.weight_decay;
  }
  return merged;
}

std::string text_of(const std::vector<ParameterRule>& rules) {
  std::vector<std::string> texts;
  for (const auto& rule : rules)
    texts.push_back(fmt::format("{}={}{}", rule.pattern, rule.lr_factor,
                                rule.weight_decay ? fmt::format(",decay={}", *rule.weight_decay) : ""));
  return fmt::format("{}", fmt::join(texts, " "));
}

std::vector<size_t> matches(std::string_view subject, const std::string& pattern, const std::vector<std::string>& all) {
  std::vector<size_t> found;
  for (size_t i = 0; i < all.size(); ++i)
    if (names(pattern, all[i])) found.push_back(i);
  if (found.empty()) fail(ErrorKind::usage, "{}: no parameter \"{}\"{}", subject, pattern, hint(pattern, all));
  return found;
}

std::vector<std::vector<std::string>> layers_of(const NetworkImpl& network) {
  const auto& body = network.parts().body;
  const bool blocks = has_blocks(body);
  std::vector<Step> steps;
  collect(body, "", blocks, steps);
  std::vector<std::vector<std::string>> layers;
  for (const auto& step : steps) {
    if (layers.empty() || (blocks ? step.block : step.weight)) layers.emplace_back();
    layers.back().push_back(step.path + ".*");
  }
  return layers;
}

std::vector<ParameterRule> layer_decay_rules(const NetworkImpl& network, double decay) {
  if (!(decay > 0 && decay <= 1))
    fail(ErrorKind::usage, "layer_decay_rules: decay must be in (0, 1], got decay={}", decay);
  const auto layers = layers_of(network);
  std::vector<ParameterRule> rules;
  for (size_t i = 0; i < layers.size(); ++i)
    for (const auto& pattern : layers[i])
      rules.push_back({.pattern = pattern, .lr_factor = std::pow(decay, static_cast<double>(layers.size() - i))});
  return rules;
}

std::vector<ParameterRule> head_lr_rules(const NetworkImpl& network, double body_factor) {
  if (!(std::isfinite(body_factor) && body_factor >= 0))
    fail(ErrorKind::usage, "head_lr_rules: body_factor must be at least 0, got body_factor={}", body_factor);
  std::vector<ParameterRule> rules;
  for (const auto& step : network.parts().body)
    if (!step.module().ptr()->parameters().empty())
      rules.push_back({.pattern = step.name() + ".*", .lr_factor = body_factor});
  return rules;
}

}  // namespace reszoo

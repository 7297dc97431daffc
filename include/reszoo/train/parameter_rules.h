/// Learning rates and weight decays by parameter, for patterns over their names.
#pragma once
#include <torch/nn/module.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

class NetworkImpl;

/// Rate and weight decay of the parameters that a pattern names.
struct ParameterRule {
  std::string pattern;  ///< of the whole name: `*` stands for any characters, dots too, `?` for one, `[ab]` for a or b
  double lr_factor = 1;
  std::optional<double> weight_decay = std::nullopt;  ///< instead of the optimizer's, norms and biases or not

  bool operator==(const ParameterRule&) const = default;
};

/// What several rules come to for one parameter. All rules that match count: their factors are multiplied, and the
/// last weight decay holds. So rules with one purpose each can be appended to each other.
///
///     options.rules = layer_decay_rules(*network, 0.75);
///     options.rules.push_back({.pattern = "*.bias", .weight_decay = 0});
///
/// Throws: Error (usage) for a factor or a decay that is negative or not finite.
ParameterRule resolve_rules(const std::vector<ParameterRule>& rules, const std::string& name);

/// `conv1.*=0.5 *.bias=1,decay=0`: for messages and settings.
std::string text_of(const std::vector<ParameterRule>& rules);

/// The indices of the names that match.
/// Throws: Error (usage) if none does; the nearest name, or `module.*`, is suggested.
std::vector<size_t> matches(std::string_view subject, const std::string& pattern,
                            const std::vector<std::string>& names);

/// The layers of a network's body for rates that differ by layer, the first one first:
/// patterns of the parameters of each.
///
/// A layer begins at each residual block; without any, at each step of a Chain or of the body that has a matrix or a
/// kernel. Steps with parameters between two beginnings (a norm after the last block) belong to the layer before them;
/// what comes before the first is a layer of its own, the stem. The head is not a layer of the body.
std::vector<std::vector<std::string>> layers_of(const NetworkImpl& network);

/// Layer-wise decay of the learning rate: factor(layer) = decay^(layers after it, the
/// head counted). The head has 1, the last block `decay`, the stem the least.
///
/// Throws: Error (usage) for a decay outside of (0, 1].
/// Source: Clark et al. 2020, arXiv:2003.10555 (ELECTRA); Bao et al. 2021,
/// arXiv:2106.08254 (BEiT). Equal to timm's param_groups_layer_decay for its ResNets.
std::vector<ParameterRule> layer_decay_rules(const NetworkImpl& network, double decay);

/// All but the head at `body_factor` of its rate.
/// Throws: Error (usage) for a negative factor.
std::vector<ParameterRule> head_lr_rules(const NetworkImpl& network, double body_factor);

}  // namespace reszoo

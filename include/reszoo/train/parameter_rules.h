/// Learning rates and weight decays per parameter, by patterns for their names.
#pragma once
#include <torch/nn/module.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

class NetworkImpl;

/// The learning rate and weight decay of the parameters that a pattern matches.
struct ParameterRule {
  std::string pattern;  ///< matches the whole name: `*` any characters including dots, `?` one character, `[ab]` a or b
  double lr_factor = 1;
  std::optional<double> weight_decay = std::nullopt;  ///< replaces the optimizer's value, for norms and biases too

  bool operator==(const ParameterRule&) const = default;
};

/// Combines all rules that match a parameter: their factors are multiplied, and the last weight decay is used. Rules
/// with one purpose each can therefore be appended to each other.
///
///     options.rules = layer_decay_rules(*network, 0.75);
///     options.rules.push_back({.pattern = "*.bias", .weight_decay = 0});
///
/// Throws: Error (usage) for a factor or a decay that is negative or not finite.
ParameterRule resolve_rules(const std::vector<ParameterRule>& rules, const std::string& name);

/// Formats rules for messages and settings: `conv1.*=0.5 *.bias=1,decay=0`.
std::string text_of(const std::vector<ParameterRule>& rules);

/// Returns the indices of the names that match the pattern.
/// Throws: Error (usage) if none does; the message suggests the nearest name, or `module.*`.
std::vector<size_t> matches(std::string_view subject, const std::string& pattern,
                            const std::vector<std::string>& names);

/// Returns the layers of a network's body for layer-wise learning rates, in order. Each layer is a list of patterns
/// that match its parameters.
///
/// A layer begins at each residual block. Without any blocks, it begins at each step of a Chain or of the body that has
/// a matrix or a kernel. Other steps with parameters (a norm after the last block) belong to the layer before them.
/// Steps before the first layer form a layer of their own, the stem. The head is not a layer of the body.
std::vector<std::vector<std::string>> layers_of(const NetworkImpl& network);

/// Returns rules for layer-wise learning-rate decay: factor(layer) = decay^(number of layers after it, including the
/// head). The head has the factor 1, the last block `decay`, the stem the smallest.
///
/// Throws: Error (usage) for a decay outside of (0, 1].
/// Source: Clark et al. 2020, arXiv:2003.10555 (ELECTRA); Bao et al. 2021, arXiv:2106.08254 (BEiT). Equal to timm's
/// param_groups_layer_decay for its ResNets.
std::vector<ParameterRule> layer_decay_rules(const NetworkImpl& network, double decay);

/// Returns rules that multiply the learning rate of all parameters except the head's by `body_factor`.
/// Throws: Error (usage) for a negative factor.
std::vector<ParameterRule> head_lr_rules(const NetworkImpl& network, double body_factor);

}  // namespace reszoo

/// Identifies the registered model that a state_dict belongs to.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/weights/state_dict.h"
#include "reszoo/zoo/options.h"

namespace reszoo {

/// A registered model that has the keys and shapes of a state_dict, with the options that give these shapes.
struct ModelMatch {
  std::string name;
  ModelOptions options;

  /// Returns the match as text: "resnet34 with outputs=10".
  std::string text() const;
};

/// Returns every registered model that has the keys and shapes of the state_dict, in the order of the registry. For an
/// image network, `outputs` and `channels` may differ from the model's defaults and are then among the options, with
/// `outputs` 0 for weights without a head; the options of a tabular network are all read from the shapes
/// (`ModelInfo::options_of`). The network is found by structure (see `fit_keys`), also by the key names of other
/// packages (see `candidate_remaps`).
///
/// Two models can have the same keys and shapes: `resnet50` and `resnetaa50` differ only in a pooling layer without
/// parameters. No weights are allocated. The first call builds all image models on the meta device, which takes about a
/// second.
std::vector<ModelMatch> match_models(const StateDict& state);

/// Returns the model that the state_dict belongs to. If several match, it is `preferred` if that is one of them, else
/// the one whose name the file name begins with ("resnet18-f37072fd.pth").
///
///     const auto state = reszoo::read_weights("net.pth");
///     const auto match = reszoo::identify_model(state, "net.pth");
///     auto network = reszoo::create_model(match.name, match.options);
///
/// Throws: Error (usage), whose message begins with `source`, if no model matches, or if several do: the message names
/// them.
ModelMatch identify_model(const StateDict& state, const std::string& source, const std::string& preferred = "");

/// Whether the weights are those of the model but for its head.
bool lacks_head(const StateDict& state, const std::string& name, const ModelOptions& options);

/// Returns the model for a file's weights: the one called `name` with the options in `json`, or the one that matches
/// the weights if the name is empty. For weights without a head the options get `outputs` 0, unless `json` has it.
/// Throws: Error (usage) for an unknown name or option, for options without a name, or as `identify_model` does.
std::pair<std::string, ModelOptions> model_for(const StateDict& state, const std::string& source,
                                               const std::string& name, const nlohmann::json& options);

/// Returns "; it fits resnet34 with outputs=10" for a message, or "" if no model matches.
std::string match_hint(const StateDict& state);

}  // namespace reszoo

/// Identifies the registered model that a state_dict belongs to.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/weights/state_dict.h"
#include "reszoo/zoo/options.h"

namespace reszoo {

/// A registered model that has the keys and shapes of a state, with the options that give these shapes.
struct ModelMatch {
  std::string name;
  ModelOptions options;

  /// What a person asks for: "resnet34 with outputs=10".
  std::string text() const;
};

/// Returns every registered model that has the state's keys and shapes, in the order of the registry. For an image
/// network, `outputs` and `channels` may differ from the model's defaults and are then among the options; the options
/// of a tabular network are all read from the shapes (`ModelInfo::options_of`). Keys under other names count too (see
/// `candidate_remaps`).
///
/// Two models can have the same keys and shapes: those of `resnet50` and `resnetaa50` differ only in a pooling layer
/// without parameters. No weights are allocated. The first call builds all image models on the meta device, which
/// takes about a second.
std::vector<ModelMatch> match_models(const StateDict& state);

/// Returns the one model that the state belongs to. If several match, it is `preferred` when that is among them, else
/// the one that the file's name begins with ("resnet18-f37072fd.pth").
///
///     const auto state = reszoo::read_weights("net.pth");
///     const auto match = reszoo::identify_model(state, "net.pth");
///     auto network = reszoo::create_model(match.name, match.options);
///
/// Throws: Error (usage) that begins with `source` if no model matches, or if several do: it names them.
ModelMatch identify_model(const StateDict& state, const std::string& source, const std::string& preferred = "");

/// The network for a file's weights: the one called `name` with these options as JSON, or the one that the weights fit
/// where the name is empty.
/// Throws: Error (usage) for an unknown name or option, for options without a name, or as `identify_model`.
std::pair<std::string, ModelOptions> model_for(const StateDict& state, const std::string& source,
                                               const std::string& name, const nlohmann::json& options);

/// Returns "; it fits resnet34 with outputs=10" for a message, or "" if no model matches.
std::string match_hint(const StateDict& state);

}  // namespace reszoo

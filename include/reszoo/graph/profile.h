/// The cost of each part of a network.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "reszoo/graph/graph.h"

namespace reszoo {

/// One step of the body, the head, or a part of one of these.
struct StageProfile {
  std::string name;
  std::string kind = {};                 ///< module type: "Conv2d"
  std::vector<int64_t> output = {};      ///< output shape for one table row or image
  int64_t parameters = 0;                ///< trainable parameters (elements)
  int64_t multiply_adds = 0;             ///< of convolutions and linear layers, for one table row or image
  std::vector<StageProfile> parts = {};  ///< in the order in which they run
};

/// Runs the network once on zeros of shape (1, input...) in evaluation mode and measures its stages. The network's mode
/// is restored.
///
/// Only convolutions and linear layers count as multiply-adds. Norms, activations, pooling and the inside of opaque
/// nodes do not.
/// Throws: Error (input) if the network does not accept the shape.
std::vector<StageProfile> profile(Network network, const std::vector<int64_t>& input);

/// Returns the stage as JSON, without its parts.
nlohmann::json to_json(const StageProfile& stage);

/// Formats the stages and `depth` levels of their parts as lines of text: name, kind, output shape without N,
/// parameters, multiply-adds.
std::string tree_text(const std::vector<StageProfile>& stages, int64_t depth);

/// Returns the number of trainable elements of a module.
int64_t count_parameters(const nn::Module& module);

}  // namespace reszoo

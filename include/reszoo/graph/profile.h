/// What each part of a network costs.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "reszoo/graph/graph.h"

namespace reszoo {

/// One step of the trunk, or the head; or a part of one.
struct StageProfile {
  std::string name;
  std::string kind = {};                 ///< what it is: "Conv2d"
  std::vector<int64_t> output = {};      ///< shape for one row or image
  int64_t parameters = 0;                ///< numbers that training changes
  int64_t multiply_adds = 0;             ///< of convolutions and linear layers, for one row or image
  std::vector<StageProfile> parts = {};  ///< in the order in which they run
};

/// Runs the network once on zeros of shape (1, input...) in evaluation mode and
/// measures its stages. The network's mode is put back.
///
/// Multiply-adds are those of convolutions and linear layers; norms, activations
/// and pooling are not counted, nor is what is inside an opaque node.
/// Throws: Error (input) if the network cannot take the shape.
std::vector<StageProfile> profile(Network network, const std::vector<int64_t>& input);

/// Of the stage without its parts.
nlohmann::json to_json(const StageProfile& stage);

/// The stages and their parts, `depth` levels of them, as lines of text: name, kind, output's shape
/// without rows, parameters, multiply-adds.
std::string tree_text(const std::vector<StageProfile>& stages, int64_t depth);

/// The number of trainable numbers in a module.
int64_t count_parameters(const nn::Module& module);

}  // namespace reszoo

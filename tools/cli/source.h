/// Weights of any kind and inputs of any kind, for predict and features.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/infer/model.h"
#include "reszoo/infer/script_model.h"

namespace reszoo::cli {

/// A model file; a TorchScript file run as it is; or weights for a network that
/// `--model` names.
struct Source {
  std::optional<Model> model;
  std::optional<ScriptModel> script;

  Tensor outputs(const Tensor& input);
  /// Throws: Error (usage) for a script, which has no head to take off.
  Tensor features(const Tensor& input);
};

/// Throws: Error (usage) if the file needs a model's name and none is given.
Source open_source(const std::string& weights, const std::string& model, const std::vector<std::string>& settings,
                   c10::Device device);

/// Calls `visit` with the network's input of each part of the inputs, and with
/// the name of the picture where the part is one. `-` is a table on stdin.
void for_each_input(const Source& source, const std::vector<std::string>& inputs,
                    const std::function<void(const Tensor& input, const std::string& picture)>& visit);

}  // namespace reszoo::cli

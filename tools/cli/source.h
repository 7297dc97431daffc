/// Weights of any kind and inputs of any kind, for predict and features.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/infer/model.h"
#include "reszoo/infer/script_model.h"

namespace reszoo::cli {

/// A model file or published weights; a TorchScript file run as it is; or weights
/// for a network that `--model` names.
struct Source {
  std::optional<Model> model;
  std::optional<ScriptModel> script;

  Tensor outputs(const Tensor& input);
  /// Throws: Error (usage) for a script, which has no head to take off.
  Tensor features(const Tensor& input);
};

/// Which weights, as the command line says it.
struct SourceOptions {
  std::string weights, model;         ///< a file, and the network of one that does not name its own
  std::string pretrained;             ///< instead of a file: published weights, "resnet50" or "resnet50.a1_in1k"
  std::vector<std::string> settings;  ///< of the network that `model` names
  bool no_verify = false;
  bool ema = false;  ///< prefer averaged weights
};

/// Adds --weights and --pretrained, of which one must be given, and their company.
void add_source_options(CLI::App& app, SourceOptions& options);

/// Throws: Error (usage) if the file needs a model's name and none is given.
Source open_source(const SourceOptions& options, c10::Device device);

/// Calls `visit` with the network's input of each part of the inputs, and with
/// the name of the picture where the part is one. `-` is a table on stdin.
void for_each_input(const Source& source, const std::vector<std::string>& inputs,
                    const std::function<void(const Tensor& input, const std::string& picture)>& visit);

}  // namespace reszoo::cli

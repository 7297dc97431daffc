/// Weights of a file into a network.
#pragma once
#include <torch/nn/pimpl.h>

#include <filesystem>

#include "reszoo/weights/key_report.h"
#include "reszoo/weights/state.h"

namespace reszoo {

/// How weights are loaded.
struct LoadOptions {
  bool strict = true;  ///< every key must find its place
  bool adapt = false;  ///< another number of outputs: the last linear layer keeps its own start
  bool verify = true;  ///< check the digest of our own files
};

/// Copies the state into the module, parameters and buffers, converting dtype
/// and device. All keys are compared first: if this throws, nothing has changed.
///
/// Keys of the head of a Network that has none are ignored and reported.
/// Throws: Error (file) with the report's text, led by `source`, if the options
/// are strict and the report is not complete.
KeyReport load_state(torch::nn::Module& module, const State& state, const LoadOptions& options = {},
                     const std::string& source = "state");

/// What a file of weights is, told by its content.
enum class WeightsKind { safetensors, torchscript, pth, unknown };

/// Throws: Error (file) if the file cannot be read.
WeightsKind detect_weights(const std::filesystem::path& path);

/// Reads the weights of a file: a model file, safetensors, or TorchScript.
/// Throws: Error (file).
State read_weights(const std::filesystem::path& path, const LoadOptions& options = {});

/// `read_weights`, then `load_state`.
///
///     auto report = reszoo::load_weights(*net, "resnet18.pt");
KeyReport load_weights(torch::nn::Module& module, const std::filesystem::path& path, const LoadOptions& options = {});

}  // namespace reszoo

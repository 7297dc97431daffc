/// Command-line options for weights and inputs of any kind.
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "app.h"
#include "reszoo/recipes/shared_answers.h"

namespace reszoo::cli {

/// How a network is fused for inference.
struct FuseFlags {
  bool no_fuse = false, autotune = false;
  std::string precision = "automatic";
};

/// Which weights.
struct PredictorFlags {
  std::string weights, model;         ///< a file; the network, if the file does not name it
  std::string pretrained;             ///< published weights instead: "resnet50" or "resnet50.a1_in1k"
  std::vector<std::string> settings;  ///< options of the network `model`
  bool no_verify = false;
  bool ema = false;  ///< prefer averaged weights
  bool allow_non_finite = false;
  std::string key;  ///< the state to take from a file with several
  FuseFlags fuse;
};

/// Adds --no-fuse, --autotune and --precision.
void add_fuse_options(CLI::App& app, FuseFlags& flags);

/// Fuses the model for inference unless --no-fuse is given. Prints a note on stderr if a quantized model runs in
/// float32 because int8 is not faster on this processor.
void fuse_model(Model& model, const FuseFlags& flags);

/// Adds --weights and --pretrained, one of which is required, and the options that go with them.
void add_predictor_options(CLI::App& app, PredictorFlags& flags);

/// Opens the weights. Throws: Error (usage) if the file needs --model and it is not given.
Predictor open(const PredictorFlags& flags, c10::Device device);

/// Opens a model file, or the model of a repository hf-hub:owner/name.
Model open_model(const std::string& weights, c10::Device device);

/// The inputs of a network.
struct InputFlags {
  std::vector<std::string> inputs;  ///< paths; `-` is a table on stdin
  std::string on_bad;
  InputOptions options;
};

/// Adds INPUT and the options for reading tables and images.
void add_input_options(CLI::App& app, InputFlags& flags, Notes& notes);

/// Whether one of the inputs has images with names.
bool has_images(const Predictor& predictor, const InputFlags& flags);

/// How the inputs are read. Lines about images that are left out go to stderr.
InputOptions input_options(const InputFlags& flags);

}  // namespace reszoo::cli

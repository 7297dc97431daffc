/// Weights of any kind and inputs of any kind, as the command line names them.
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "reszoo/recipes/input_batches.h"

namespace reszoo::cli {

/// How a network is made ready.
struct FuseFlags {
  bool no_fuse = false, autotune = false;
  std::string precision = "automatic";
};

/// Which weights.
struct PredictorFlags {
  std::string weights, model;         ///< a file, and the network of one that does not name its own
  std::string pretrained;             ///< instead of a file: published weights, "resnet50" or "resnet50.a1_in1k"
  std::vector<std::string> settings;  ///< of the network that `model` names
  bool no_verify = false;
  bool ema = false;  ///< prefer averaged weights
  FuseFlags fuse;
};

/// Adds --no-fuse, --tune and --precision.
void add_fuse_options(CLI::App& app, FuseFlags& flags);

/// Makes the model ready for inference, unless --no-fuse says otherwise. Says on stderr if a quantized model runs in
/// float32, since int8 is no faster here.
void fuse_model(Model& model, const FuseFlags& flags);

/// Adds --weights and --pretrained, of which one must be given, and their company.
void add_predictor_options(CLI::App& app, PredictorFlags& flags);

/// Throws: Error (usage) if the file needs a model's name and none is given.
Predictor open(const PredictorFlags& flags, c10::Device device);

/// What goes into a network.
struct InputFlags {
  std::vector<std::string> inputs;  ///< paths; `-` is a table on stdin
  InputOptions options;
};

/// Adds INPUT and how tables are read.
void add_input_options(CLI::App& app, InputFlags& flags);

/// Whether one of the inputs is an image or a folder of them.
bool has_images(const InputFlags& flags);

/// Calls `visit` with each batch of the inputs, in their order.
void for_each_input(const Predictor& predictor, const InputFlags& flags, const InputVisitor& visit);

}  // namespace reszoo::cli

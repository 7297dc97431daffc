/// Weights of any kind and inputs of any kind, for predict and features.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/data/table_stream.h"
#include "reszoo/infer/compiled_model.h"
#include "reszoo/infer/model.h"
#include "reszoo/infer/script_model.h"

namespace reszoo::cli {

/// A model file or published weights; a TorchScript file or a compiled package run as it is; or weights
/// for a network that `--model` names.
struct Source {
  std::optional<Model> model;
  std::optional<ScriptModel> script;
  std::optional<CompiledModel> compiled = {};

  Tensor outputs(const Tensor& input);
  /// Throws: Error (usage) for a script or a package, which has no head to take off.
  Tensor features(const Tensor& input);
};

/// How a network is made ready, as the command line says it.
struct FuseFlags {
  bool no_fuse = false, tune = false;
  std::string precision = "best";
};

/// Which weights, as the command line says it.
struct SourceOptions {
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
void add_source_options(CLI::App& app, SourceOptions& options);

/// Throws: Error (usage) if the file needs a model's name and none is given.
Source open_source(const SourceOptions& options, c10::Device device);

/// What goes into a network, as the command line says it.
struct InputOptions {
  std::vector<std::string> inputs;  ///< paths; `-` is a table on stdin
  std::vector<std::string> keep;    ///< columns of tables to hand on
  TableReadOptions table;
  int64_t most = 0;  ///< images of a folder, spread over all of it; 0: all
};

/// Adds INPUT and how tables are read.
void add_input_options(CLI::App& app, InputOptions& options);

/// Some rows, or some images, ready for the network.
struct Part {
  Tensor input;
  std::vector<std::string> images = {};             ///< their paths
  std::shared_ptr<const arrow::Table> kept = nullptr;  ///< of rows: the columns that are handed on
};

/// Whether one of the inputs is an image or a folder of them.
bool has_images(const std::vector<std::string>& inputs);

/// Calls `visit` with each part of the inputs, in their order; a table of any
/// size comes in parts that fit the memory.
void for_each_input(const Source& source, const InputOptions& options, const std::function<void(const Part&)>& visit);

}  // namespace reszoo::cli

/// Opens any file with weights as something that predicts.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "reszoo/infer/compiled_model.h"
#include "reszoo/infer/model.h"
#include "reszoo/infer/script_model.h"

namespace reszoo {

/// What a file does not say itself, and how it is opened.
struct PredictorOptions {
  /// The network of weights that do not name theirs: "resnet18". If it is left out, the one that they fit is taken.
  std::string model = {};
  nlohmann::json options = nlohmann::json::object();  ///< its options, as `to_json(ModelOptions)` writes them
  bool verify = true;                                 ///< compare checksums and digests where the file has them
  bool prefer_ema = false;                            ///< of a checkpoint that has both, take the averaged weights
  torch::Device device = torch::kCPU;
};

/// A Model, a TorchScript file or a compiled package: all give outputs for inputs, and a Model more.
class Predictor {
 public:
  Predictor(Model model) : any_(std::move(model)) {}              // NOLINT: any of these is a predictor
  Predictor(ScriptModel script) : any_(std::move(script)) {}      // NOLINT
  Predictor(CompiledModel package) : any_(std::move(package)) {}  // NOLINT

  /// The Model, or nullptr for a script or a package.
  Model* model() { return std::get_if<Model>(&any_); }
  const Model* model() const { return std::get_if<Model>(&any_); }

  /// Outputs of prepared inputs, on the CPU: see Model::outputs.
  Tensor outputs(const Tensor& input);

  /// What the head reads, (N, C), on the CPU.
  /// Throws: Error (usage) for a script or a package, which has no head to take off.
  Tensor features(const Tensor& input);

  /// How images are prepared: as the model says, for a script or package as for ImageNet.
  /// Throws: Error (usage) for a model of tables.
  ImagePreprocess image_preprocess() const;

  /// Names of the classes that outputs (N, outputs) are for; empty for numbers. Where no target says them they are
  /// "0", "1", ...
  std::vector<std::string> classes(const Tensor& outputs) const;

  /// Probabilities (N, classes) float64; undefined for numbers.
  Tensor probabilities(const Tensor& outputs) const;

  /// What the outputs mean, a row for each input: see Target::table. Without a target the likeliest class of outputs
  /// (N, C), or the number of (N, 1).
  /// Throws: Error (input) for outputs of another shape.
  Frame table(const Tensor& outputs, bool with_probabilities = false) const;

 private:
  std::variant<Model, ScriptModel, CompiledModel> any_;
};

/// Opens a model file, a TorchScript file, a compiled package, or weights of any kind for the network that the options
/// name, or else that they fit. Scripts and packages hold code, which is then run: open none that you do not trust.
///
/// A network of images gets ImageNet's preprocessing where the file has none.
/// Throws: Error (file); Error (usage) if weights fit no registered network, or several, and the options name none.
Predictor open_predictor(const std::filesystem::path& path, const PredictorOptions& options = {});

}  // namespace reszoo

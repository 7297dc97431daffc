/// Opens any weights file for prediction.
#pragma once
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "reszoo/infer/compiled_model.h"
#include "reszoo/infer/model.h"
#include "reszoo/infer/script_model.h"
#include "reszoo/weights/load_report.h"

namespace reszoo {

/// How a file is opened, and information that the file may lack.
struct PredictorOptions {
  /// The model of weights that do not name it: "resnet18". If left out, the registered model that matches the weights.
  std::string model = {};
  nlohmann::json options = nlohmann::json::object();  ///< options of `model`, as `to_json(ModelOptions)` writes them
  bool verify = true;                                 ///< verify checksums and digests if the file has them
  bool prefer_ema = false;        ///< if the file has both plain and averaged (EMA) weights, load the averaged ones
  bool allow_non_finite = false;  ///< load NaN and infinite weights too
  std::string key = {};           ///< the state to load if the file has several; see `ReadOptions::key`
  torch::Device device = torch::kCPU;
  std::function<void(const std::string& line)> on_note = {};  ///< see ReadOptions
};

/// A Model, a TorchScript module or a compiled package. All compute outputs for inputs; a Model offers more.
class Predictor {
 public:
  Predictor(Model model) : any_(std::move(model)) {}  // NOLINT: implicit, since each of these is a predictor
  Predictor(Model model, LoadReport report) : any_(std::move(model)), report_(std::move(report)) {}
  Predictor(ScriptModel script) : any_(std::move(script)) {}      // NOLINT
  Predictor(CompiledModel package) : any_(std::move(package)) {}  // NOLINT

  /// Returns the Model, or nullptr for a script or a package.
  Model* model() { return std::get_if<Model>(&any_); }
  const Model* model() const { return std::get_if<Model>(&any_); }

  /// How weights without a model's name were loaded into their network: renamed and ignored keys. Empty for other
  /// files.
  const LoadReport& report() const { return report_; }

  /// Returns the outputs of prepared inputs, on the CPU; see Model::outputs.
  /// Throws: Error (usage) for weights without a head, which have features but predict nothing.
  Tensor outputs(const Tensor& input);

  /// Returns the features, which are the head's input, on the CPU.
  /// Shape: (N, C).
  /// Throws: Error (usage) for a script or a package, whose head cannot be removed.
  Tensor features(const Tensor& input);

  /// Returns the preprocessing of images: that of the model, or ImageNet's for a script or package.
  /// Throws: Error (usage) for a tabular model.
  ImagePreprocess image_preprocess() const;

  /// Returns the names of the classes of outputs (N, outputs); empty for regression. Without a target they are "0",
  /// "1", ...
  std::vector<std::string> classes(const Tensor& outputs) const;

  /// Returns probabilities (N, classes), float64; undefined for regression.
  Tensor probabilities(const Tensor& outputs) const;

  /// Returns which rows of outputs are no answer because of NaN or infinite numbers; see `unanswered_rows`.
  /// Shape: (N) bool.
  Tensor unanswered(const Tensor& outputs) const;

  /// Converts outputs to a table of predictions with a row for each input; see Target::table. Without a target, it has
  /// the most likely class of outputs (N, C), or the value of outputs (N, 1). Values of `unanswered` rows are missing.
  /// Throws: Error (input) for outputs of any other shape.
  Frame table(const Tensor& outputs, bool with_probabilities = false) const;

 private:
  Frame plain_table(const Tensor& outputs, bool with_probabilities) const;

  std::variant<Model, ScriptModel, CompiledModel> any_;
  LoadReport report_;
};

/// Opens a model file, a TorchScript file, a compiled package, or weights in any format. Weights are loaded into the
/// model that the options name, or else into the registered model that matches them; without a head if they have none.
/// Scripts and packages contain code, which is run: open only files that you trust.
///
/// Weights stay in the file until they are read (see `LoadOptions::assign`): it must not be overwritten in place.
/// An image network gets ImageNet's preprocessing if the file has none.
/// Throws: Error (file) if the file cannot be read; Error (usage) if no registered model or several match the weights
/// and the options name none.
Predictor open_predictor(const std::filesystem::path& path, const PredictorOptions& options = {});

}  // namespace reszoo

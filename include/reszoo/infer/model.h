/// A trained network with all that it takes to use it.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/infer/fused.h"
#include "reszoo/preprocess/image_preprocess.h"
#include "reszoo/preprocess/table_preprocess.h"
#include "reszoo/preprocess/target.h"
#include "reszoo/weights/state.h"
#include "reszoo/zoo/registry.h"

namespace reszoo {

/// What is said of one row or image.
struct Prediction {
  double value = 0;                   ///< of a number, in its unit; the middle one of quantiles
  std::string label;                  ///< the class; a number as text
  std::vector<double> probabilities;  ///< of the classes or of each label, in their order; empty for numbers
  std::vector<double> values;         ///< of several targets, or of the quantiles
  std::vector<std::string> labels;    ///< of several targets, the class of each
};

/// What a model file holds: a network of the registry, its preprocessing, and
/// what its outputs mean. Needs reszoo::core alone.
///
///     auto model = reszoo::Model::load("model.safetensors");
///     model.predict(Row{{"carat", 0.3}, {"cut", "Ideal"}}).value;
///     model.predict(ImageView{.data = rgb, .height = 480, .width = 640, .row_stride = 1920}).label;
///
/// A cv::Mat is such an image once cv::cvtColor made it RGB; its `step` is the stride.
struct Model {
  std::string name;                      ///< a row of the registry
  ModelOptions options;
  Network network{nullptr};
  std::vector<Network> further = {};          ///< of an ensemble: networks like the first, trained from other seeds
  std::optional<TablePreprocess> table = {};  ///< of a tabular network
  std::optional<ImagePreprocess> image = {};  ///< of an image network
  std::optional<Target> target = {};          ///< what is predicted
  std::map<std::string, std::string> ways = {};  ///< of layers in inference, see FuseOptions; kept in the file
  Quantization quantization = {};  ///< for inference in int8; with it, the file has these layers' weights as int8
  std::vector<FusedNetwork> fused = {};       ///< of each network, once `fuse` was called

  /// Builds the network of the file and loads its weights; evaluation mode.
  /// Throws: Error (file).
  static Model load(const std::filesystem::path& path, torch::Device device = torch::kCPU, bool verify = true);

  /// Writes the file that `load` reads, with `weights` (of an earlier epoch, say)
  /// in place of the network's own where they are given.
  void save(const std::filesystem::path& path, const std::optional<State>& weights = std::nullopt) const;

  /// From here on outputs and features come from `reszoo::fuse` of the networks, which must not change any more. The
  /// model's ways hold where `how` names none for a layer, and its quantization where `how` has none.
  /// Throws: as `reszoo::fuse`.
  void fuse(const FuseOptions& how = {});

  /// One raw row, or one image in memory.
  /// Throws: Error (input) for a lost column or a wrong kind; Error (usage) if
  /// the model is of the other domain.
  Prediction predict(const Row& row);
  Prediction predict(const ImageView& image);

  /// Raw rows or one image as the network's input.
  Tensor input(const Frame& rows) const;
  Tensor input(const ImageView& image) const;

  /// Outputs (N, outputs) and features (N, C) of prepared inputs, on the CPU, in
  /// batches, without gradients, in evaluation mode. Those of an ensemble stand
  /// side by side: outputs (N, networks, outputs), features (N, networks * C).
  Tensor outputs(const Tensor& input, int64_t batch_size = 1024);
  Tensor features(const Tensor& input, int64_t batch_size = 1024);

  /// What the outputs (N, outputs) or (N, k, outputs) say, a Prediction a row.
  std::vector<Prediction> read(const Tensor& outputs) const;
};

}  // namespace reszoo

/// A trained network with all that it takes to use it.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reszoo/fusion/fused.h"
#include "reszoo/preprocess/frame.h"
#include "reszoo/preprocess/image_preprocess.h"
#include "reszoo/preprocess/table_preprocess.h"
#include "reszoo/preprocess/target.h"
#include "reszoo/weights/state_dict.h"
#include "reszoo/zoo/registry.h"

namespace reszoo {

class NetworkSnapshot;

/// The prediction for one row or image.
struct Prediction {
  double value = 0;                   ///< a number in its unit; the middle one of quantiles
  std::string label;                  ///< the class; a number as text
  std::vector<double> probabilities;  ///< of the classes or of each label, in their order; empty for numbers
  std::vector<double> values;         ///< of several targets, or of the quantiles
  std::vector<std::string> labels;    ///< of several targets, the class of each
};

/// The fused networks of a Model, and what they were made from. Only Model writes and reads it.
class FusedState {
  friend struct Model;
  std::vector<FusedNetwork> networks_;
  std::vector<std::shared_ptr<const NetworkSnapshot>> from_;  // the networks as they were then
};

/// What a model file holds: one or several networks of a registered model, their preprocessing, and what their outputs
/// mean. Needs reszoo::core alone.
///
///     auto model = reszoo::Model::load("model.safetensors");
///     model.predict(Row{{"carat", 0.3}, {"cut", "Ideal"}}).value;
///     model.predict(*open_image("cat.jpg")).label;                           // reszoo/data/decode.h, reszoo::data
///     model.predict(*open_image(Bytes::own(encoded), "upload")).label;       // JPEG or PNG in memory
///     model.predict(ImageView{.data = rgb, .height = 480, .width = 640, .row_stride = 1920}).label;
///
/// A cv::Mat is such an ImageView after cv::cvtColor made it RGB; its `step` is the stride.
struct Model {
  std::string name;  ///< of a registered model
  ModelOptions options;
  std::vector<Network> networks = {};  ///< one; of an ensemble several that are alike, trained from different seeds
  std::optional<TablePreprocess> table = {};           ///< of a tabular network
  std::optional<ImagePreprocess> image = {};           ///< of an image network
  std::optional<Target> target = {};                   ///< what is predicted
  std::map<std::string, std::string> algorithms = {};  ///< of layers in inference, see FuseOptions; kept in the file
  Quantization quantization = {};  ///< for inference in int8; with it, the file has these layers' weights as int8

  /// The first network. Throws: Error (usage) if there is none yet.
  Network& network();
  const Network& network() const;

  /// Builds the network of the file and loads its weights; evaluation mode. A network of your own must be registered
  /// under its name before (`registry().add`).
  /// Throws: Error (file).
  static Model load(const std::filesystem::path& path, torch::Device device = torch::kCPU, bool verify = true);

  /// Writes the file that `load` reads, with `weights` (those of an earlier epoch, say) instead of the first network's
  /// own where they are given.
  ///
  /// Throws: Error (usage) if `name` and `options` do not build the networks as they are, naming the first module that
  /// differs: after surgery the file would load as another network. Register a network of your own instead.
  void save(const std::filesystem::path& path, const std::optional<StateDict>& weights = std::nullopt) const;

  /// From here on outputs and features come from `reszoo::fuse` of the networks. The model's algorithms hold where
  /// `how` names none for a layer, and its quantization where `how` has none.
  ///
  /// A fused model is never stale: if a network's modules or weights change after this, `outputs`, `features` and
  /// `predict` throw until `fuse` or `unfuse` is called. Options of a module that are set in place are not noticed.
  /// Throws: as `reszoo::fuse`.
  void fuse(const FuseOptions& how = {});

  /// Runs the networks themselves again.
  void unfuse();

  /// The fused networks, one for each network; empty unless `fuse` was called.
  /// Throws: Error (usage) if a network was changed since.
  const std::vector<FusedNetwork>& fused() const;

  /// One row, or one image: pixels in memory, or an opened file (`open_image`).
  /// Throws: Error (input) for a missing column or a wrong kind; Error (file) for a damaged image; Error (usage) if
  /// the model is of the other domain, or has changed since `fuse`.
  Prediction predict(const Row& row);
  Prediction predict(const ImageView& image);
  Prediction predict(const LazyImage& image);

  /// Many of them, a Prediction for each in their order. Images are prepared in all threads, and those that come to one
  /// size are run together.
  std::vector<Prediction> predict(const Frame& rows);
  std::vector<Prediction> predict(std::span<const Row> rows);
  std::vector<Prediction> predict(std::span<const ImageView> images);
  std::vector<Prediction> predict(std::span<const std::unique_ptr<LazyImage>> images);

  /// The network's input for rows or an image. Shape: (N, columns) or (1, C, H, W).
  Tensor input(const Frame& rows) const;
  Tensor input(const ImageView& image) const;
  Tensor input(const LazyImage& image) const;

  /// Outputs (N, outputs) and features (N, C) of prepared inputs, on the CPU, in batches, without gradients, in
  /// evaluation mode. Those of an ensemble are side by side: outputs (N, networks, outputs), features
  /// (N, networks * C).
  Tensor outputs(const Tensor& input, int64_t batch_size = 1024);
  Tensor features(const Tensor& input, int64_t batch_size = 1024);

  /// What the outputs (N, outputs) or (N, k, outputs) mean, a Prediction for each row.
  std::vector<Prediction> read(const Tensor& outputs) const;

  FusedState fused_state = {};  ///< set by `fuse` alone
};

}  // namespace reszoo

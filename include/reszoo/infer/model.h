/// A trained network with everything that is needed to use it.
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
#include "reszoo/runtime/prediction.h"
#include "reszoo/weights/load.h"
#include "reszoo/zoo/registry.h"

namespace reszoo {

class NetworkSnapshot;

/// The fused networks of a Model, and the networks that they were made from. Only Model accesses it.
class FusedState {
  friend struct Model;
  std::vector<FusedNetwork> networks_;
  std::vector<std::shared_ptr<const NetworkSnapshot>> from_;  // snapshots of the networks at that time
};

/// A network of an ensemble whose networks differ.
struct EnsembleMember {
  std::string name;  ///< name of a registered model
  ModelOptions options;
  double weight = 1;  ///< its share of the prediction, relative to those of the others; above 0
};

/// The content of a model file: one or several networks of registered models, their preprocessing, and the meaning of
/// their outputs. Needs only reszoo::core.
///
///     auto model = reszoo::Model::load("model.safetensors");
///     model.predict(Row{{"carat", 0.3}, {"cut", "Ideal"}}).value;
///     model.predict(*open_image("cat.jpg")).label;                           // reszoo/data/decode.h, reszoo::data
///     model.predict(*open_image(Bytes::own(encoded), "upload")).label;       // a file in memory
///     model.predict(ImageView{.data = rgb, .height = 480, .width = 640, .row_stride = 1920}).label;
///
/// A cv::Mat can be passed as such an ImageView after cv::cvtColor has converted it to RGB; its `step` is the stride.
struct Model {
  std::string name;  ///< name of a registered model
  ModelOptions options;
  std::vector<Network> networks = {};  ///< one, or those of an ensemble
  /// What each of the networks is, if they differ in name, options or weight; needs a target. Empty for networks of
  /// `name` and `options` with the same weight.
  std::vector<EnsembleMember> members = {};
  std::optional<TablePreprocess> table = {};  ///< preprocessing of a tabular network
  std::optional<ImagePreprocess> image = {};  ///< preprocessing of an image network
  std::optional<Target> target = {};          ///< what is predicted
  /// The algorithm of each layer in inference, see FuseOptions. Stored in the file.
  std::map<std::string, std::string> algorithms = {};
  Quantization quantization = {};  ///< for int8 inference; the file then stores the weights of these layers in int8

  /// Returns the first network.
  /// Throws: Error (usage) if there is none yet.
  Network& network();
  const Network& network() const;

  /// Builds the networks of the file, loads their weights and sets evaluation mode. A network of your own must be
  /// registered under its name first (`registry().add`). Of `how`, `verify`, `allow_non_finite` and `assign` are used.
  /// Throws: Error (file) if the file cannot be read or is damaged, or has NaN or infinite weights, unless
  /// `allow_non_finite`.
  static Model load(const std::filesystem::path& path, torch::Device device = torch::kCPU, const LoadOptions& how = {});

  /// Writes the file that `load` reads. If `weights` are given, for instance those of an earlier epoch, they are
  /// written instead of the first network's own.
  ///
  /// Throws: Error (usage), which names the first module that differs, if `name` and `options` do not build the
  /// networks as they are. After surgery, for instance, the file would load as another network; register a network of
  /// your own instead. Error (input), which names the first tensor, for NaN or infinite weights, as a training that
  /// diverged leaves them, unless `allow_non_finite`; an existing file stays as it is.
  void save(const std::filesystem::path& path, const std::optional<StateDict>& weights = std::nullopt,
            bool allow_non_finite = false) const;

  /// Fuses the networks with `reszoo::fuse`. From then on, outputs and features are computed by the fused networks. The
  /// model's `algorithms` are used for layers without one in `how`, and its `quantization` is used if `how` has none.
  ///
  /// A stale fused network is never run: if modules or weights of a network change after this, `outputs`, `features`
  /// and `predict` throw until `fuse` or `unfuse` is called. Changes of a module's options in place are not detected.
  /// Throws: as `reszoo::fuse` does.
  void fuse(const FuseOptions& how = {});

  /// Removes the fused networks, so that the networks themselves are run again.
  void unfuse();

  /// Returns the fused networks, one for each network. Empty unless `fuse` was called.
  /// Throws: Error (usage) if a network has changed since.
  const std::vector<FusedNetwork>& fused() const;

  /// Predicts one row or one image, which is given as pixels in memory or as an opened file (`open_image`).
  /// Throws: Error (input) for a missing column or a column of the wrong kind; Error (file) for a damaged image; Error
  /// (usage) if the model is for the other domain, or has changed since `fuse`.
  Prediction predict(const Row& row);
  Prediction predict(const ImageView& image);
  Prediction predict(const LazyImage& image);

  /// Predicts many rows or images. Returns the predictions in the same order. Images are prepared by all threads, and
  /// images of the same size after preparation are run as one batch.
  std::vector<Prediction> predict(const Frame& rows, UnseenCounts* unseen = nullptr);
  std::vector<Prediction> predict(std::span<const Row> rows);
  std::vector<Prediction> predict(std::span<const ImageView> images);
  std::vector<Prediction> predict(std::span<const std::unique_ptr<LazyImage>> images);

  /// Returns the network's input for rows or an image. What training did not see is added to `unseen`.
  /// Shape: (N, columns) or (1, C, H, W).
  Tensor input(const Frame& rows, UnseenCounts* unseen = nullptr) const;
  Tensor input(const ImageView& image) const;
  Tensor input(const LazyImage& image) const;

  /// Returns outputs (N, outputs) or features (N, C) of prepared inputs, on the CPU. Runs in batches, without
  /// gradients, in evaluation mode. For an ensemble the outputs are (N, networks, outputs), or with `members` the
  /// average_outputs, (N, outputs); and the features are those of all networks, (N, sum of C).
  /// Throws: Error (usage) for members without a target, or another number of them than of networks.
  Tensor outputs(const Tensor& input, int64_t batch_size = 1024);
  Tensor features(const Tensor& input, int64_t batch_size = 1024);

  /// Converts outputs (N, outputs) or (N, k, outputs) to a Prediction for each row.
  std::vector<Prediction> read(const Tensor& outputs) const;

  /// Tables: some prepared training rows, for contributions of columns (see `explain`). Shape: (rows, columns) float32;
  /// undefined if there are none. Stored in the file.
  Tensor background = {};

  FusedState fused_state = {};  ///< set only by `fuse`
};

}  // namespace reszoo

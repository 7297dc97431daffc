/// Predictions without LibTorch.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "reszoo/base/precision.h"
#include "reszoo/preprocess/image_view.h"
#include "reszoo/preprocess/row.h"
#include "reszoo/runtime/prediction.h"

namespace reszoo {

/// How a RuntimeModel computes.
struct RuntimeOptions {
  /// `automatic` is int8 if the file has a quantization and that is fast on this processor, otherwise float32.
  Precision precision = Precision::automatic;
  int64_t threads = 0;  ///< threads of a call; 0: all CPUs that the process may use
  bool verify = true;   ///< compare the file's digest with its content
};

/// A model file for the runtime, as `export_runtime` or `convert --runtime` writes it: the operations of its networks
/// after folding, their weights, the preprocessing and the meaning of the outputs. Needs only reszoo::runtime.
///
///     const auto model = reszoo::RuntimeModel::load("diamonds.runtime.safetensors");
///     model.predict(reszoo::Row{{"carat", 0.3}, {"cut", "Ideal"}}).value;
///     model.predict(reszoo::ImageView{.data = rgb, .height = 480, .width = 640}).label;
///
/// The outputs of its networks have the same bits as those of `fuse` in the same precision. It is immutable, and many
/// threads may call it at once; copies share it. Errors are thrown as `reszoo::Error` (base/error.h), a
/// `std::runtime_error` whose message is one line.
class RuntimeModel {
 public:
  /// Maps a file. Weights are packed when the first prediction needs them. The file must not be overwritten in place
  /// while the model is used.
  /// Throws: Error (file) if it cannot be read, is damaged, or no file for the runtime; Error (usage) for int8 of a
  /// file without a quantization, or a precision that a CPU does not have.
  static RuntimeModel load(const std::filesystem::path& path, const RuntimeOptions& options = {});

  /// The same for the content of a file in memory, which the caller keeps.
  static RuntimeModel from_memory(const void* data, size_t size, const RuntimeOptions& options = {});

  /// Predicts a row of a table, which has a value for each of `columns`. Others are ignored.
  /// Throws: Error (input) for a missing column, or a value that is not what the column was in training; Error (usage)
  /// if the model reads images.
  Prediction predict(const Row& row) const;
  std::vector<Prediction> predict(std::span<const Row> rows) const;

  /// Predicts an image, which is converted, resized, cropped and normalised as in training.
  /// Throws: Error (input) for an image without pixels or with other channels; Error (usage) if the model reads tables.
  Prediction predict(const ImageView& image) const;

  /// Returns the outputs of the network for prepared inputs, row-major: images (N, C, H, W), or table rows (N,
  /// columns). For an ensemble of k networks they are (N, k, outputs), else (N, outputs). Throws: Error (input) for a
  /// shape that the network does not take.
  std::vector<float> outputs(const float* input, const std::vector<int64_t>& shape) const;

  /// Returns a row or an image as the network reads it, row-major: (columns), or (C, H, W).
  /// Throws: as `predict`.
  std::vector<float> input(const Row& row) const;
  std::vector<float> input(const ImageView& image) const;

  /// Converts the outputs of a row or an image to its prediction.
  Prediction read(std::span<const float> outputs) const;

  /// Returns the name of the network: "resnet18".
  const std::string& name() const;

  /// Returns what it reads: "table" for rows, "images", or "tensor" for prepared inputs only.
  std::string reads() const;

  /// Whether the file says what the outputs mean. If not, `predict` and what follows here throws: Error (usage).
  bool predicts() const;

  /// Returns what is predicted: "multiclass", "regression", …; see Task.
  std::string task() const;

  /// Returns the names of the classes, in the order of `Prediction::probabilities`; empty for numbers.
  const std::vector<std::string>& classes() const;

  /// Whether numbers are predicted, and not classes or labels.
  bool is_number() const;

  /// Returns the levels of the predicted quantiles, ascending, to which `Prediction::values` belong; empty for others.
  const std::vector<double>& quantiles() const;

  /// Returns the names of the predicted columns; of a folder of images it is one.
  const std::vector<std::string>& targets() const;

  /// Returns the columns that a row must have; empty for images.
  std::vector<std::string> columns() const;

  /// Returns the precision that the network computes in; never `automatic`.
  Precision precision() const;

 private:
  struct Impl;
  explicit RuntimeModel(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace reszoo

/// Converts weights files between formats.
#pragma once
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "reszoo/preprocess/image_preprocess.h"
#include "reszoo/weights/load_report.h"

namespace reszoo {

/// The format of the output.
enum class ExportFormat { pth, safetensors, torchscript, onnx };

/// Returns the format for the path's extension: .pth, .safetensors, .onnx; .pt, .ts or .torchscript for TorchScript.
/// Throws: Error (usage) for any other extension.
ExportFormat export_format(const std::filesystem::path& path);
std::string text_of(ExportFormat format);

struct ConvertOptions {
  std::string model = {};                             ///< the model, for weights that do not contain its name
  nlohmann::json options = nlohmann::json::object();  ///< its options, as `to_json(ModelOptions)` writes them
  bool adapt = false;  ///< allow another number of outputs of the last linear layer, which is then newly initialized
  bool verify =
      true;  ///< check the input's checksums, and compare the outputs of a TorchScript file with the network's
  bool allow_non_finite = false;              ///< convert NaN and infinite weights too
  bool prefer_ema = false;                    ///< take the averaged (EMA) weights of a checkpoint that has both
  std::string key = {};                       ///< the state to take from a file with several; see `ReadOptions::key`
  bool plain = false;                         ///< write the weights of a model file without its metadata
  std::optional<ImagePreprocess> image = {};  ///< preprocessing of `model`, for weights that do not contain it
  int64_t size = 0;                           ///< TorchScript and ONNX: the only image size, size x size; 0: any size
  /// TorchScript and ONNX: write the model's preprocessing and its answers too, see `export_onnx` of a Model.
  bool pipeline = false;
  bool runtime = false;  ///< safetensors: write a file for the runtime, see `export_runtime`
  std::function<void(const std::string& line)> on_note = {};  ///< see ReadOptions
};

/// Describes what was written.
struct Converted {
  ExportFormat format;
  LoadReport report;             ///< how the weights were loaded into the network
  nlohmann::json metadata = {};  ///< name and options of the model; null if it is unknown
  /// TorchScript and ONNX: {"image": …} or {"table": …}, the preprocessing that the inputs need; null if it is unknown.
  nlohmann::json preprocessing = {};
};

/// Reads weights in any format and writes `out` in the format of its extension.
/// Throws: Error (file); Error (usage) for an ensemble that is not exported as a pipeline or for the runtime, or if a
/// network is needed and neither the file nor the options name one; the errors of the exports.
Converted convert_weights(const std::filesystem::path& in, const std::filesystem::path& out,
                          const ConvertOptions& options = {});

}  // namespace reszoo

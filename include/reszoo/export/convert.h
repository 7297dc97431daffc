/// Weights of any kind as a file of another kind.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "reszoo/weights/load_report.h"

namespace reszoo {

/// What is written.
enum class ExportFormat { pth, safetensors, torchscript, onnx };

/// The format that the path's ending names: .pth, .safetensors, .onnx; .pt, .ts or .torchscript for TorchScript.
/// Throws: Error (usage) for another ending.
ExportFormat export_format(const std::filesystem::path& path);
std::string text_of(ExportFormat format);

struct ConvertOptions {
  std::string model = {};                             ///< the network of weights that do not name theirs
  nlohmann::json options = nlohmann::json::object();  ///< its options, as `to_json(ModelOptions)` writes them
  bool adapt = false;       ///< the last linear layer may have another number of outputs: it begins anew
  bool verify = true;       ///< compare checksums of the input, and answers of a TorchScript file
  bool prefer_ema = false;  ///< of a checkpoint that has both, take the averaged weights
  bool plain = false;       ///< of a model file write the weights alone, without its metadata
  int64_t size = 0;         ///< TorchScript and ONNX: for images of size x size alone; 0: any size
};

/// What was written.
struct Converted {
  ExportFormat format;
  LoadReport report;             ///< of weights loaded into a network
  nlohmann::json metadata = {};  ///< of the model: its name and options; null where it is unknown
  /// Of TorchScript and ONNX: {"image": …} or {"table": …}, what must be done to inputs first; null where unknown.
  nlohmann::json preprocessing = {};
};

/// Reads weights of any kind and writes `out` in the format that its ending names.
/// Throws: Error (file); Error (usage) for an ensemble, or where a network is needed and neither the file nor the
/// options name one; what the exports throw.
Converted convert_weights(const std::filesystem::path& in, const std::filesystem::path& out,
                          const ConvertOptions& options = {});

}  // namespace reszoo

/// Options of the exports.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/fusion/quantize.h"
#include "reszoo/preprocess/target.h"

namespace reszoo {

/// Options of `export_torchscript` and `export_onnx`.
struct ExportOptions {
  /// Shape of an example input without N, such as {3, 224, 224}. Empty: a table row, or an image of 64 x 64 pixels,
  /// which suffices if every size is supported.
  std::vector<int64_t> input = {};
  /// Whether the file accepts images of other heights and widths too. If the network itself does not, the file has a
  /// fixed size in any case.
  bool any_size = true;
  /// Whether a TorchScript file is loaded and compared with the network before it replaces an existing file.
  bool verify = true;
  bool allow_non_finite = false;  ///< export NaN and infinite weights too
  /// Whether the weights of an ONNX file are stored in a separate file, PATH.data. More than 2 GB, the limit of the
  /// format, always are.
  bool external_weights = false;
  /// Texts to store in the file, by name: extra files of a TorchScript file, the metadata of an ONNX file.
  std::map<std::string, std::string> metadata = {};
  /// ONNX: what the outputs mean. For classes the file has a second output, `probabilities`, equal to
  /// Target::probabilities: averaged over k networks in one, and calibrated.
  std::optional<Target> target = {};
  /// ONNX: the layers that compute in int8, and the ranges of what they read, as Model::quantization has them. They are
  /// written as QuantizeLinear and DequantizeLinear around each layer.
  Quantization quantization = {};
};

}  // namespace reszoo

/// Exports networks and models to ONNX.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/export/options.h"
#include "reszoo/infer/model.h"
#include "reszoo/nn/network.h"

namespace reszoo {

/// The ONNX operator set version of exported files.
inline constexpr int kOnnxOpset = 17;

/// Writes the network in evaluation mode, float32, as an ONNX file with the input `input` and the output `logits`, and
/// `probabilities` if `options.target` has classes.
/// Weights have their `state_dict` keys. Constants that are not weights are named after their module.
///
/// With `options.quantization`, norms are folded into the weights, and those of its layers are int8 with a scale for
/// each output: `conv1.weight` and `conv1.weight_scale`.
///
/// Shape: any N; any height and width that the network accepts, unless `options.any_size` is false.
/// Throws: Error (usage) for an operation that ONNX export does not support, with the path of its module, and for a
/// target of another number of outputs; Error (input)
/// if the network cannot be copied or run; Error (file) if the file cannot be written.
void export_onnx(const Network& network, const std::filesystem::path& path, const ExportOptions& options = {});

/// Writes a pipeline: the model's preprocessing, its networks, and the answers that `predict` gives.
///
/// | model | inputs                                                                                        |
/// |-------|-----------------------------------------------------------------------------------------------|
/// | table | each column under its name, (N, 1): float64 for numbers, NaN is missing; float64 for dates, as days since
/// 1970-01-01; text for categories, "" is missing | | image | `images`, uint8 (N, H, W, C) of any size, RGB if C is 3 |
///
/// | target   | outputs                                                                                    |
/// |----------|--------------------------------------------------------------------------------------------|
/// | classes  | `label`, text (N), and `probabilities`, float32 (N, classes)                               |
/// | labels   | `label`, text (N, T), and `probabilities` of the second word of each, (N, T)               |
/// | numbers  | `value`, float64 in the target's unit: (N), or (N, T) for several; `quantiles` (N, Q)      |
///
/// An output whose name a column has is called `predicted_<name>`. Weights of an ensemble have the keys of its model
/// file: `networks.0.fc.weight`. Of the options, `input`, `any_size`, `target` and `quantization` are the model's own.
/// Throws: as above; Error (usage) for a model without preprocessing or target.
void export_onnx(const Model& model, const std::filesystem::path& path, const ExportOptions& options = {});

/// Returns the operations of a lowered graph that `export_onnx` supports.
std::vector<std::string> onnx_operations();

/// Returns the modules of the network that cannot be exported to ONNX: "path (name)".
std::vector<std::string> unexportable(const Network& network);

}  // namespace reszoo

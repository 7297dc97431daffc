/// Exports networks to ONNX.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/export/options.h"
#include "reszoo/nn/network.h"

namespace reszoo {

/// The ONNX operator set version of exported files.
inline constexpr int kOnnxOpset = 17;

/// Writes the network in evaluation mode, float32, as an ONNX file with the input `input` and the output `logits`, and
/// `probabilities` if `options.target` has classes.
/// Weights have their `state_dict` keys. Constants that are not weights are named after their module.
///
/// Shape: any N; any height and width that the network accepts, unless `options.any_size` is false.
/// Throws: Error (usage) for an operation that ONNX export does not support, with the path of its module, and for a
/// target of another number of outputs; Error (input)
/// if the network cannot be copied or run; Error (file) if the file cannot be written.
void export_onnx(const Network& network, const std::filesystem::path& path, const ExportOptions& options = {});

/// Returns the operations of a lowered graph that `export_onnx` supports.
std::vector<std::string> onnx_operations();

/// Returns the modules of the network that cannot be exported to ONNX: "path (name)".
std::vector<std::string> unexportable(const Network& network);

}  // namespace reszoo

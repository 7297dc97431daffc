/// Networks as ONNX files.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/export/options.h"
#include "reszoo/nn/network.h"

namespace reszoo {

/// The version of ONNX's set of operators that is written.
inline constexpr int kOnnxOpset = 17;

/// Writes the network in evaluation mode, float32, as an ONNX file with the input
/// `input` and the output `logits`. Weights have their keys of the `state_dict`;
/// constants that are no weights are named by the module that has them.
///
/// Shape: any N; any height and width that the network takes, unless
/// `options.any_size` is false.
/// Throws: Error (usage) for an operation that ONNX has no writer for, with the
/// path of its module; Error (input) if the network cannot be copied or run;
/// Error (file) if it cannot be written.
void export_onnx(const Network& network, const std::filesystem::path& path, const ExportOptions& options = {});

/// The operations of a lowered graph that `export_onnx` writes.
std::vector<std::string> onnx_operations();

/// The modules of the network that cannot be written as ONNX: "path (name)".
std::vector<std::string> unexportable(const Network& network);

}  // namespace reszoo

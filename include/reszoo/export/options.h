/// What an export is told.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace reszoo {

/// Options of `export_torchscript` and `export_onnx`.
struct ExportOptions {
  /// Shape of a usual input without N, such as {3, 224, 224}. Empty: the columns
  /// of a row, or an image of 64 x 64 pixels, which is enough where any size is.
  std::vector<int64_t> input = {};
  /// Whether the file takes images of other heights and widths too. A network
  /// that does not take them itself gives a file of one size without being asked.
  bool any_size = true;
  /// Whether a TorchScript file is loaded and compared with the network before it
  /// is put in place.
  bool verify = true;
  /// Whether the weights of an ONNX file are in a file of their own beside it, PATH
  /// with `.data` behind it. More than 2 GB, the limit of the format, always are.
  bool external_weights = false;
  /// Texts that the file carries by name: extra files of a TorchScript file, the
  /// metadata of an ONNX file.
  std::map<std::string, std::string> metadata = {};
};

}  // namespace reszoo

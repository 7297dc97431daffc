/// Weights from any file.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/base/bytes.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// How weights are read.
struct ReadOptions {
  bool verify = true;       ///< compare checksums and digests where the file has them
  bool prefer_ema = false;  ///< if a checkpoint has plain and averaged weights, take the averaged ones
};

/// What a file is, detected from its content.
enum class WeightsKind {
  safetensors,
  safetensors_index,  ///< a JSON index of safetensors files beside it
  model_file,         ///< a safetensors file with reszoo's card
  torchscript,
  package,  ///< code that AOTInductor compiled; its weights are not read
  pth,      ///< a file of torch.save
  foreign,  ///< weights alone, in a format of another package; `weights_format(path)->name` says which
  unknown,
};

/// One format of weights: a row of the table in src/weights/read.cpp. To add a format, write its reader and add a row;
/// docs/weights.md shows the steps.
struct WeightsFormat {
  WeightsKind kind;
  std::string_view name;       ///< "safetensors", as tools print it
  std::string_view described;  ///< "safetensors files", for messages that list what is read
  /// Whether the content is of this format. Rows are asked in the order of the table.
  /// Throws: Error (file) for a damaged archive.
  bool (*matches)(const Bytes& bytes, const std::string& source);
  StateDict (*read)(const Bytes& bytes, const std::string& source, const ReadOptions& options);
  /// The extension of files that are written in this format, ".pth"; "" if none are.
  std::string_view extension = "";
  /// nullptr if none are written. Formats without metadata ignore it.
  void (*write)(const std::filesystem::path& path, const StateDict& tensors,
                const std::map<std::string, std::string>& metadata) = nullptr;
};

/// The table of formats.
const std::vector<WeightsFormat>& weights_formats();

/// Returns the format of a file, or nullptr if it is none of weights.
/// Throws: Error (file) if the file cannot be opened, or is a damaged archive.
const WeightsFormat* weights_format(const std::filesystem::path& path);
const WeightsFormat* weights_format(const Bytes& bytes, const std::string& source);

/// Returns what the file is. Its extension does not matter.
/// Throws: as `weights_format`.
WeightsKind detect_weights(const std::filesystem::path& path);
WeightsKind detect_weights(const Bytes& bytes, const std::string& source);

/// Reads the weights of a file in any format of the table. Tensors of a model file that are no weights
/// (keys `reszoo.*`) are left out. The file is mapped, and tensors alias it where they can.
///
/// Throws: Error (file) that says what the file is if it is not read.
StateDict read_weights(const std::filesystem::path& path, const ReadOptions& options = {});

/// The same from memory. An index of several files needs the files beside it, and is rejected.
StateDict read_weights(const Bytes& bytes, const std::string& source, const ReadOptions& options = {});

/// Writes weights in the format that the path's extension names, safely as `write_file` does. `metadata` is kept by
/// safetensors alone.
///
/// Throws: Error (usage) for an extension that no format writes, with those that are written; Error (input) for a
/// tensor that the format cannot hold.
void write_weights(const std::filesystem::path& path, const StateDict& tensors,
                   const std::map<std::string, std::string>& metadata = {});

}  // namespace reszoo

/// Reads and writes weights in any format.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/base/bytes.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// How weights are read.
struct ReadOptions {
  bool verify = true;       ///< verify checksums and digests if the file has them
  bool prefer_ema = false;  ///< if the file has both plain and averaged (EMA) weights, read the averaged ones
  /// The state to read if the file has several: the path of a dictionary in it ("teacher", "models.student"), or a
  /// prefix of its keys.
  std::string key = {};
  /// If the file has several states and `key` names none, returns all of them, each key behind the path of its state,
  /// and does not fail. `load_state` then takes the one that fits.
  bool all_states = false;
  /// Receives a line about weights that the file has beside those that are read: averaged (EMA) ones.
  std::function<void(const std::string& line)> on_note = {};
};

/// The kinds of files, detected from their content.
enum class WeightsKind {
  safetensors,
  safetensors_index,  ///< a JSON index of files with the parts of a model, in the same folder
  model_file,         ///< a safetensors file with reszoo's metadata
  torchscript,
  package,  ///< a package that AOTInductor compiled; its weights cannot be read
  pth,      ///< a file of torch.save
  foreign,  ///< weights in the format of another package; `weights_format(path)->name` says which
  unknown,
};

/// One weights format. The table of formats is in src/weights/read.cpp. To add a format, write its reader and add a
/// row; docs/weights.md shows the steps.
struct WeightsFormat {
  WeightsKind kind;
  std::string_view name;       ///< "safetensors", as tools print it
  std::string_view described;  ///< "safetensors files", for messages that list the supported formats
  /// Whether the content has this format. The formats are tried in the order of the table.
  /// Throws: Error (file) for a damaged archive.
  bool (*matches)(const Bytes& bytes, const std::string& source);
  StateDict (*read)(const Bytes& bytes, const std::string& source, const ReadOptions& options);
  /// The extension of files that are written in this format, such as ".pth"; "" if it cannot be written.
  std::string_view extension = "";
  /// Writes a file; nullptr if the format cannot be written. Formats without metadata ignore `metadata`.
  void (*write)(const std::filesystem::path& path, const StateDict& tensors,
                const std::map<std::string, std::string>& metadata) = nullptr;
};

/// Returns the table of formats.
const std::vector<WeightsFormat>& weights_formats();

/// Returns the format of a file, or nullptr if it is not a weights file.
/// Throws: Error (file) if the file cannot be opened, or is a damaged archive.
const WeightsFormat* weights_format(const std::filesystem::path& path);
const WeightsFormat* weights_format(const Bytes& bytes, const std::string& source);

/// Returns the kind of the file. Its extension does not matter.
/// Throws: as `weights_format` does.
WeightsKind detect_weights(const std::filesystem::path& path);
WeightsKind detect_weights(const Bytes& bytes, const std::string& source);

/// Reads the weights of a file in any format of the table. Tensors of a model file that are not weights (keys
/// `reszoo.*`) are left out. The file is memory-mapped, and tensors alias it if possible.
///
/// Throws: Error (file), which says what the file is and what to do, if it cannot be read; Error (usage) if it has
/// several states and the options name none, or one that is not there.
StateDict read_weights(const std::filesystem::path& path, const ReadOptions& options = {});

/// Reads the bytes of a file in memory. An index is rejected, because it needs the files in its folder.
StateDict read_weights(const Bytes& bytes, const std::string& source, const ReadOptions& options = {});

/// Reads a model that is split into several files. `path` is the JSON index, whose `weight_map` names the file for each
/// tensor, in the folder of the index: safetensors files, or those of torch.save. Tensors are in the order of the
/// index.
///
/// Throws: Error (file) if a file lacks a tensor or has one that the index does not assign to it, or if a file name
/// leads out of the folder.
/// Source: Hugging Face, `model.safetensors.index.json` and `pytorch_model.bin.index.json`.
StateDict read_shards(const std::filesystem::path& path, const ReadOptions& options = {});

/// Writes weights in the format that the path's extension names, atomically as `write_file` does. Only safetensors
/// stores `metadata`.
///
/// Throws: Error (usage), which lists the possible extensions, if no format can be written with this one; Error (input)
/// for a tensor that the format cannot hold.
void write_weights(const std::filesystem::path& path, const StateDict& tensors,
                   const std::map<std::string, std::string>& metadata = {});

}  // namespace reszoo

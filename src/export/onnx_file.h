// Builds the bytes of an ONNX file around the output of LibTorch's serializer, which copies weights twice, cannot write
// metadata about the file, and cannot write more than 2 GB safely.
#pragma once
#include <ATen/core/Tensor.h>

#include <deque>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reszoo/export/options.h"

namespace reszoo {

/// Weights by name, contiguous on the CPU.
using OnnxWeights = std::map<std::string, at::Tensor>;

/// Lists of texts by name, which a file stores like weights.
using OnnxTexts = std::map<std::string, std::vector<std::string>>;

/// The element types that reszoo writes, with their numbers in onnx.proto.
enum class OnnxType : uint8_t {
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  int32 = 6,
  int64 = 7,
  text = 8,
  boolean = 9,
  float64 = 11
};

/// A size, or the name of a dimension of any size.
using OnnxDimension = std::variant<int64_t, std::string>;

/// An input or an output of a file.
struct OnnxPort {
  std::string name;
  OnnxType type = OnnxType::float32;
  std::vector<OnnxDimension> shape = {};
  std::string description = {};
};

/// The inputs and outputs of a file. An input whose name LibTorch does not accept for a value of a graph has another
/// name inside.
struct OnnxPorts {
  std::vector<OnnxPort> inputs = {}, outputs = {};
  std::map<std::string, std::string> inner_names = {};
};

/// What LibTorch's serializer does not write.
struct OnnxContent {
  OnnxPorts ports = {};
  OnnxWeights weights = {};
  OnnxTexts texts = {};
};

/// A file as a sequence of pieces. The pieces with weights are the tensors' own memory.
class OnnxPieces {
 public:
  /// `model` is a serialized ModelProto whose initializers, inputs and outputs are placeholders.
  OnnxPieces(std::string_view model, const OnnxContent& content, const std::string& description,
             const ExportOptions& options, const std::filesystem::path& path);

  /// Writes the file; before it, the separate file with the weights, if there is one.
  void write() const;

 private:
  size_t add_weight(const std::string& name, const at::Tensor& tensor);
  void add_external(const at::Tensor& tensor);
  void add(std::string bytes) { pieces_.push_back(own_.emplace_back(std::move(bytes))); }

  std::filesystem::path path_, data_path_;  // data_path_ is empty if the weights are in the file itself
  std::deque<std::string> own_;
  std::vector<std::string_view> pieces_, data_;
  uint64_t data_size_ = 0;
};

}  // namespace reszoo

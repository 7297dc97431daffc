// Reads and runs an ONNX file according to its specification, without using code of the exporter:
// https://github.com/onnx/onnx, onnx.proto and Operators.md.
#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace reszoo::test {

/// The supported types of a node attribute.
using OnnxAttribute =
    std::variant<int64_t, float, std::string, std::vector<int64_t>, std::vector<std::string>, at::Tensor>;

struct OnnxNode {
  std::string op, name;
  std::vector<std::string> inputs, outputs;
  std::map<std::string, OnnxAttribute> attributes;

  template <typename T>
  T attribute(const std::string& key, T otherwise) const {
    const auto found = attributes.find(key);
    return found == attributes.end() ? otherwise : std::get<T>(found->second);
  }
};

/// A tensor of texts is one of int64 here: a number for each text, the same for equal texts.
at::Tensor tensor_of(const std::vector<std::string>& texts);
std::vector<std::string> texts_of(const at::Tensor& tensor);

/// The name of a value and its dimensions: numbers as text, or names of dynamic dimensions.
struct OnnxValue {
  std::string name;
  std::vector<std::string> dimensions;
  int64_t type = 0;  ///< number of the element type
};

struct OnnxFile {
  int64_t ir_version = 0, opset = 0;
  std::string producer, description;
  std::map<std::string, std::string> metadata;
  std::vector<OnnxNode> nodes;
  std::map<std::string, at::Tensor> weights;
  std::vector<OnnxValue> inputs, outputs;

  /// Runs the nodes in order on the single input and returns an output.
  at::Tensor run(const at::Tensor& input, size_t output = 0) const;

  /// Runs the nodes on several inputs and returns all outputs, by name.
  std::map<std::string, at::Tensor> run(const std::map<std::string, at::Tensor>& inputs) const;
};

/// Reads a file. Throws std::runtime_error for unsupported content.
OnnxFile read_onnx(const std::filesystem::path& path);

}  // namespace reszoo::test

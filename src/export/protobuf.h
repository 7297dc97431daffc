// The few fields of an ONNX model that LibTorch's writer leaves out.
#pragma once
#include <map>
#include <string>

namespace reszoo {

/// Producer, description and metadata as bytes to be appended to an ONNX model:
/// protobuf reads messages one behind the other as one.
std::string onnx_metadata(const std::string& description, const std::map<std::string, std::string>& metadata);

}  // namespace reszoo

// The operators that the tests' reader of ONNX files runs.
#pragma once
#include "onnx_reader.h"

namespace reszoo::test {

using at::Tensor;
using Tensors = std::vector<Tensor>;
using Operator = Tensor (*)(const OnnxNode&, const Tensors&);

/// Those of int8 layers, of preprocessing and of answers.
const std::map<std::string, Operator>& more_operators();

}  // namespace reszoo::test

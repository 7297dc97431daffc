#include "onnx_operators.h"

#include <torch/types.h>

#include <algorithm>
#include <stdexcept>

namespace reszoo::test {
namespace {

std::vector<std::string>& known_texts() {
  static std::vector<std::string> texts;
  return texts;
}

/// Reshapes scales of an axis so that they broadcast to x.
Tensor along(const Tensor& values, const Tensor& x, int64_t axis) {
  if (values.dim() == 0) return values;
  std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
  shape.at(static_cast<size_t>(axis)) = -1;
  return values.reshape(shape);
}

Tensor quantize(const OnnxNode&, const Tensors& x) {
  if (x[2].scalar_type() != torch::kByte) throw std::runtime_error("onnx: QuantizeLinear to another type");
  return ((x[0] / x[1]).round() + x[2]).clamp(0, 255).to(torch::kByte);
}

Tensor dequantize(const OnnxNode& node, const Tensors& x) {
  const auto axis = node.attribute<int64_t>("axis", 1);
  const auto whole = x[0].to(torch::kDouble) - along(x[2], x[0], axis).to(torch::kDouble);
  return (whole * along(x[1], x[0], axis)).to(torch::kFloat);
}

Tensor label_encoder(const OnnxNode& node, const Tensors& x) {
  const auto keys = tensor_of(std::get<std::vector<std::string>>(node.attributes.at("keys_strings")));
  const auto values = torch::tensor(std::get<std::vector<int64_t>>(node.attributes.at("values_int64s")), torch::kLong);
  const auto found = x[0].unsqueeze(-1) == keys;
  const auto code = (found.to(torch::kLong) * values).sum(-1);
  return torch::where(found.any(-1), code, torch::full_like(code, node.attribute<int64_t>("default_int64", -1)));
}

Tensor sorted(const OnnxNode& node, const Tensors& x) {
  if (x[1].item<int64_t>() != x[0].size(-1)) throw std::runtime_error("onnx: TopK of a part");
  return std::get<0>(x[0].sort(-1, node.attribute<int64_t>("largest", 1) != 0));
}

Tensor sum(const OnnxNode& node, const Tensors& x) {
  return x[0].sum(x[1].item<int64_t>(), node.attribute<int64_t>("keepdims", 1) != 0);
}

Tensor largest(const OnnxNode& node, const Tensors& x) {
  return x[0].argmax(node.attribute<int64_t>("axis", 0), node.attribute<int64_t>("keepdims", 1) != 0);
}

}  // namespace

Tensor tensor_of(const std::vector<std::string>& texts) {
  auto& known = known_texts();
  std::vector<int64_t> numbers;
  for (const auto& text : texts) {
    const auto found = std::find(known.begin(), known.end(), text);
    numbers.push_back(found - known.begin());
    if (found == known.end()) known.push_back(text);
  }
  return torch::tensor(numbers, torch::kLong);
}

std::vector<std::string> texts_of(const Tensor& tensor) {
  std::vector<std::string> texts;
  const auto numbers = tensor.flatten().contiguous();
  for (int64_t i = 0; i < numbers.numel(); ++i)
    texts.push_back(known_texts().at(static_cast<size_t>(numbers[i].item<int64_t>())));
  return texts;
}

const std::map<std::string, Operator>& more_operators() {
  static const std::map<std::string, Operator> all = {
      {"Abs", [](const OnnxNode&, const Tensors& x) { return x[0].abs(); }},
      {"ArgMax", largest},
      {"CastLike", [](const OnnxNode&, const Tensors& x) { return x[0].to(x[1].scalar_type()); }},
      {"Ceil", [](const OnnxNode&, const Tensors& x) { return x[0].ceil(); }},
      {"Clip", [](const OnnxNode&, const Tensors& x) { return x[0].clamp(x[1].item(), x[2].item()); }},
      {"CumSum", [](const OnnxNode&, const Tensors& x) { return x[0].cumsum(x[1].item<int64_t>()); }},
      {"DequantizeLinear", dequantize},
      {"Exp", [](const OnnxNode&, const Tensors& x) { return x[0].exp(); }},
      {"Floor", [](const OnnxNode&, const Tensors& x) { return x[0].floor(); }},
      {"Greater", [](const OnnxNode&, const Tensors& x) { return x[0].gt(x[1]); }},
      {"IsInf", [](const OnnxNode&, const Tensors& x) { return x[0].isinf(); }},
      {"IsNaN", [](const OnnxNode&, const Tensors& x) { return x[0].isnan(); }},
      {"LabelEncoder", label_encoder},
      {"LessOrEqual", [](const OnnxNode&, const Tensors& x) { return x[0].le(x[1]); }},
      {"Neg", [](const OnnxNode&, const Tensors& x) { return x[0].neg(); }},
      {"QuantizeLinear", quantize},
      {"ReduceSum", sum},
      {"Round", [](const OnnxNode&, const Tensors& x) { return x[0].round(); }},
      {"TopK", sorted},
      {"Where", [](const OnnxNode&, const Tensors& x) { return at::where(x[0], x[1], x[2]); }},
  };
  return all;
}

}  // namespace reszoo::test

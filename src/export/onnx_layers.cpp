// ONNX of layers that have weights.
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include "onnx_graph.h"
#include "reszoo/base/error.h"
#include "reszoo/nn/table_encoder.h"

namespace reszoo::onnx {
namespace {

c10::Symbol attribute(const char* name) { return c10::Symbol::attr(name); }

/// Padding in pixels before and behind each dimension.
std::vector<int64_t> pads_of(const nn::Conv2dImpl& conv, const std::string& key) {
  const auto& options = conv.options;
  if (!std::holds_alternative<torch::enumtype::kZeros>(options.padding_mode()))
    fail(ErrorKind::usage, "{}: only padding by zeros can be written as ONNX", key);
  std::vector<int64_t> before(2, 0), behind(2, 0);
  for (size_t i = 0; i < 2; ++i) {
    if (const auto* padding = std::get_if<torch::ExpandingArray<2>>(&options.padding())) {
      before[i] = behind[i] = (*padding)->at(i);
    } else if (std::holds_alternative<torch::enumtype::kSame>(options.padding())) {
      const int64_t total = options.dilation()->at(i) * (options.kernel_size()->at(i) - 1);
      before[i] = total / 2;
      behind[i] = total - total / 2;
    }
  }
  return {before[0], before[1], behind[0], behind[1]};
}

/// The columns [first, last) of rows.
Value columns(OnnxGraph& graph, Value x, int64_t first, int64_t last) {
  return graph.apply("Slice", {x, graph.integers({first}), graph.integers({last}), graph.integers({1})});
}

/// Equal to the code of each feature, as numbers.
Value one_hot(OnnxGraph& graph, Value x, const TableEncoderOptions& options) {
  std::vector<int64_t> column_of;
  std::vector<double> code_of;
  for (size_t i = 0; i < options.cardinalities().size(); ++i)
    for (int64_t code = 0; code < options.cardinalities()[i]; ++code) {
      column_of.push_back(options.numeric() + static_cast<int64_t>(i));
      code_of.push_back(static_cast<double>(code));
    }
  auto* codes = graph.add("Gather", {x, graph.integers(column_of)});
  codes->i_(attribute("axis"), 1);
  auto* equal = graph.add("Equal", {codes->output(), graph.constant(torch::tensor(code_of, torch::kFloat))});
  auto* numbers = graph.add("Cast", {equal->output()});
  return numbers->i_(attribute("to"), 1)->output();  // float
}

/// The rows of each category's table; code -1 is row 0.
std::vector<Value> embeddings(OnnxGraph& graph, const OnnxCall& call, const TableEncoderOptions& options) {
  auto* whole = graph.add("Cast", {call.x()});
  whole->i_(attribute("to"), 7);  // int64
  const auto rows = graph.apply("Add", {whole->output(), graph.integers({1})});
  const auto weights = call.node.module.ptr()->named_parameters();
  std::vector<Value> parts;
  for (size_t i = 0; i < options.cardinalities().size(); ++i) {
    const auto name = "embeddings." + std::to_string(i) + ".weight";
    auto* row = graph.add("Gather", {rows, graph.constant(torch::tensor(options.numeric() + static_cast<int64_t>(i)))});
    row->i_(attribute("axis"), 1);
    parts.push_back(graph.apply("Gather", {graph.weight(call.key(name.c_str()), weights[name]), row->output()}));
  }
  return parts;
}

}  // namespace

Value conv2d(OnnxGraph& graph, const OnnxCall& call) {
  const auto& conv = call.module<nn::Conv2dImpl>();
  const auto& options = conv.options;
  std::vector<Value> inputs{call.x(), graph.weight(call.key("weight"), conv.weight)};
  if (conv.bias.defined()) inputs.push_back(graph.weight(call.key("bias"), conv.bias));
  auto* node = graph.add("Conv", inputs);
  node->is_(attribute("kernel_shape"), conv.weight.sizes().slice(2).vec());
  node->is_(attribute("strides"), at::IntArrayRef(*options.stride()).vec());
  node->is_(attribute("dilations"), at::IntArrayRef(*options.dilation()).vec());
  node->is_(attribute("pads"), pads_of(conv, call.node.key));
  node->i_(attribute("group"), options.groups());
  return node->output();
}

Value linear(OnnxGraph& graph, const OnnxCall& call) {
  const auto& layer = call.module<nn::LinearImpl>();
  if (call.shape.size() != 2)
    fail(ErrorKind::usage, "{}: only a linear layer on rows (N, C) can be written as ONNX", call.node.key);
  std::vector<Value> inputs{call.x(), graph.weight(call.key("weight"), layer.weight)};
  if (layer.bias.defined()) inputs.push_back(graph.weight(call.key("bias"), layer.bias));
  return graph.add("Gemm", inputs)->i_(attribute("transB"), 1)->output();
}

Value table_encoder(OnnxGraph& graph, const OnnxCall& call) {
  const auto& options = call.module<TableEncoderImpl>().options;
  std::vector<Value> parts;
  if (options.numeric() > 0) parts.push_back(columns(graph, call.x(), 0, options.numeric()));
  if (options.embedding_width() == 0) {
    parts.push_back(one_hot(graph, call.x(), options));
  } else {
    for (auto* part : embeddings(graph, call, options)) parts.push_back(part);
  }
  return graph.add("Concat", parts)->i_(attribute("axis"), 1)->output();
}

}  // namespace reszoo::onnx

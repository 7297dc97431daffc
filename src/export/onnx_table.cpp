// ONNX of what turns rows of a table into features.
#include <torch/types.h>

#include "onnx_graph.h"
#include "reszoo/nn/table_encoder.h"

namespace reszoo::onnx {
namespace {

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

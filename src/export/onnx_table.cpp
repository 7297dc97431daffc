// ONNX writers of modules that turn table rows into features.
#include <torch/types.h>

#include "onnx_graph.h"
#include "reszoo/nn/table_encoder.h"

namespace reszoo::onnx {
namespace {

/// Returns the columns [first, last) of x.
OnnxValue columns(OnnxGraph& graph, OnnxValue x, int64_t first, int64_t last) {
  return graph.apply("Slice", {x, graph.integers({first}), graph.integers({last}), graph.integers({1})});
}

/// One-hot encodes the categories [begin, end): compares them with the code of each feature and casts to float.
OnnxValue one_hot(OnnxGraph& graph, OnnxValue x, const TableEncoderOptions& options, size_t begin, size_t end) {
  std::vector<int64_t> column_of;
  std::vector<double> code_of;
  for (size_t i = begin; i < end; ++i)
    for (int64_t code = 0; code < options.cardinalities[i]; ++code) {
      column_of.push_back(options.numeric + static_cast<int64_t>(i));
      code_of.push_back(static_cast<double>(code));
    }
  auto* codes = graph.add("Gather", {x, graph.integers(column_of)});
  codes->i_(attribute("axis"), 1);
  auto* equal = graph.add("Equal", {codes->output(), graph.constant(torch::tensor(code_of, torch::kFloat))});
  auto* numbers = graph.add("Cast", {equal->output()});
  return numbers->i_(attribute("to"), 1)->output();  // float
}

/// Converts codes to row indices of the embedding tables; code -1 is row 0.
OnnxValue rows_of_tables(OnnxGraph& graph, OnnxValue x) {
  auto* whole = graph.add("Cast", {x});
  whole->i_(attribute("to"), 7);  // int64
  return graph.apply("Add", {whole->output(), graph.integers({1})});
}

OnnxValue embedding(OnnxGraph& graph, const OnnxCall& call, const TableEncoderImpl& encoder, OnnxValue rows,
                    size_t category) {
  const auto name = "embeddings." + std::to_string(category) + ".weight";
  auto* row = graph.add(
      "Gather", {rows, graph.constant(torch::tensor(encoder.options.numeric + static_cast<int64_t>(category)))});
  row->i_(attribute("axis"), 1);
  const auto& weight = encoder.named_parameters()[name];
  return graph.apply("Gather", {graph.weight(call.name(name.c_str()), weight), row->output()});
}

/// Adjacent one-hot columns are encoded together, as in the encoder itself.
void encode(OnnxGraph& graph, const OnnxCall& call, const TableEncoderImpl& encoder, std::vector<OnnxValue>& parts) {
  const auto& options = encoder.options;
  OnnxValue rows = nullptr;
  const size_t categories = options.cardinalities.size();
  for (size_t i = 0, next; i < categories; i = next) {
    next = i + 1;
    if (options.width_of(i) > 0) {
      if (!rows) rows = rows_of_tables(graph, call.x());
      parts.push_back(embedding(graph, call, encoder, rows, i));
      continue;
    }
    while (next < categories && options.width_of(next) == 0) ++next;
    parts.push_back(one_hot(graph, call.x(), options, i, next));
  }
}

}  // namespace

OnnxValue table_encoder(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module) {
  const auto& encoder = *module.as<TableEncoderImpl>();
  const auto& options = encoder.options;
  std::vector<OnnxValue> parts;
  const int64_t embedded = encoder.embedded();
  if (embedded > 0)
    parts.push_back(
        numeric_embedding(graph, columns(graph, call.x(), 0, embedded), call.name("numeric"), *encoder.numeric.ptr()));
  if (options.numeric > embedded) parts.push_back(columns(graph, call.x(), embedded, options.numeric));
  encode(graph, call, encoder, parts);
  return graph.add("Concat", parts)->i_(attribute("axis"), 1)->output();
}

}  // namespace reszoo::onnx

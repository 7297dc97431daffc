// Short names for nodes that compute.
#pragma once
#include <torch/types.h>

#include "onnx_graph.h"

namespace reszoo::onnx {

/// Arithmetic in the type of the values, float64 or float32.
class Arithmetic {
 public:
  Arithmetic(OnnxGraph& graph, at::ScalarType type) : graph_(graph), type_(type) {}

  OnnxValue operator()(const char* op, const std::vector<OnnxValue>& inputs) const { return graph_.apply(op, inputs); }
  OnnxValue of(double value) const { return of(torch::tensor(value, torch::kDouble)); }
  OnnxValue of(const Tensor& values) const { return graph_.constant(values.to(type_).contiguous()); }
  OnnxValue add(OnnxValue a, OnnxValue b) const { return (*this)("Add", {a, b}); }
  OnnxValue sub(OnnxValue a, OnnxValue b) const { return (*this)("Sub", {a, b}); }
  OnnxValue mul(OnnxValue a, OnnxValue b) const { return (*this)("Mul", {a, b}); }
  OnnxValue div(OnnxValue a, OnnxValue b) const { return (*this)("Div", {a, b}); }
  OnnxValue clip(OnnxValue x, double low, double high) const { return (*this)("Clip", {x, of(low), of(high)}); }

  /// c[0] x^n + c[1] x^(n-1) + ….
  OnnxValue polynomial(OnnxValue x, const std::vector<double>& coefficients) const {
    auto sum = of(coefficients[0]);
    for (size_t i = 1; i < coefficients.size(); ++i) sum = add(mul(sum, x), of(coefficients[i]));
    return sum;
  }

 private:
  OnnxGraph& graph_;
  at::ScalarType type_;
};

inline OnnxValue cast(OnnxGraph& graph, OnnxValue x, OnnxType to) {
  return graph.add("Cast", {x})->i_(attribute("to"), static_cast<int64_t>(to))->output();
}

inline OnnxValue concatenated(OnnxGraph& graph, const std::vector<OnnxValue>& columns) {
  return columns.size() == 1 ? columns.front() : graph.add("Concat", columns)->i_(attribute("axis"), 1)->output();
}

inline OnnxValue gathered(OnnxGraph& graph, OnnxValue x, OnnxValue indices, int64_t axis) {
  return graph.add("Gather", {x, indices})->i_(attribute("axis"), axis)->output();
}

}  // namespace reszoo::onnx

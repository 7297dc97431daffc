// ONNX of pooling, padding and what changes shapes.
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/padding.h>
#include <torch/nn/modules/pooling.h>

#include <limits>

#include "onnx_graph.h"
#include "reszoo/base/error.h"
#include "reszoo/nn/zero_pad_shortcut.h"

namespace reszoo::onnx {
namespace {

/// The padding that LibTorch gives as one number a side: before and behind.
std::vector<int64_t> both_sides(at::IntArrayRef padding) { return {padding[0], padding[1], padding[0], padding[1]}; }

/// The means that adaptive pooling takes along a dimension of any size n, as a
/// matrix (out, n): row i has 1 / (end - start) from start = floor(i n / out) to
/// end = ceil((i + 1) n / out).
Value means_matrix(OnnxGraph& graph, Value x, int64_t dimension, int64_t out) {
  auto* size = graph.add("Shape", {x});
  size->i_(attribute("start"), dimension)->i_(attribute("end"), dimension + 1);
  const auto cells = torch::arange(out, torch::kLong).unsqueeze(1);
  const auto times_size = [&](const Tensor& cell) { return graph.apply("Mul", {graph.constant(cell), size->output()}); };
  const auto count = graph.integers({out});
  const auto start = graph.apply("Div", {times_size(cells), count});
  const auto end = graph.apply("Div", {graph.apply("Add", {times_size(cells + 1), graph.integers({out - 1})}), count});
  const auto zero = graph.constant(torch::tensor(int64_t{0})), one = graph.constant(torch::tensor(int64_t{1}));
  const auto places = graph.apply("Range", {zero, graph.apply("Squeeze", {size->output()}), one});
  const auto inside = graph.apply("And", {graph.apply("GreaterOrEqual", {places, start}), graph.apply("Less", {places, end})});
  const auto as_float = [&](Value value) { return graph.add("Cast", {value})->i_(attribute("to"), 1)->output(); };
  return graph.apply("Div", {as_float(inside), as_float(graph.apply("Sub", {end, start}))});
}

}  // namespace

Value max_pool2d(OnnxGraph& graph, const OnnxCall& call) {
  const auto& options = call.module<nn::MaxPool2dImpl>().options;
  auto* node = graph.add("MaxPool", {call.x()});
  node->is_(attribute("kernel_shape"), at::IntArrayRef(*options.kernel_size()).vec());
  node->is_(attribute("strides"), at::IntArrayRef(*options.stride()).vec());
  node->is_(attribute("dilations"), at::IntArrayRef(*options.dilation()).vec());
  node->is_(attribute("pads"), both_sides(*options.padding()));
  return node->i_(attribute("ceil_mode"), options.ceil_mode())->output();
}

Value avg_pool2d(OnnxGraph& graph, const OnnxCall& call) {
  const auto& options = call.module<nn::AvgPool2dImpl>().options;
  if (options.divisor_override())
    fail(ErrorKind::usage, "{}: an average pool with a divisor of its own cannot be written as ONNX", call.node.key);
  auto* node = graph.add("AveragePool", {call.x()});
  node->is_(attribute("kernel_shape"), at::IntArrayRef(*options.kernel_size()).vec());
  node->is_(attribute("strides"), at::IntArrayRef(*options.stride()).vec());
  node->is_(attribute("pads"), both_sides(*options.padding()));
  node->i_(attribute("count_include_pad"), options.count_include_pad());
  return node->i_(attribute("ceil_mode"), options.ceil_mode())->output();
}

/// To one pixel it is a global mean. Other sizes have no operator: pooling means
/// over rows and columns is a product with a matrix on each side.
Value adaptive_avg_pool2d(OnnxGraph& graph, const OnnxCall& call) {
  const auto& size = *call.module<nn::AdaptiveAvgPool2dImpl>().options.output_size();
  if (size[0] == 1 && size[1] == 1) return graph.apply("GlobalAveragePool", {call.x()});
  auto x = call.x();
  if (size[0]) x = graph.apply("MatMul", {means_matrix(graph, call.x(), 2, *size[0]), x});
  if (!size[1]) return x;
  auto* columns = graph.add("Transpose", {means_matrix(graph, call.x(), 3, *size[1])});
  columns->is_(attribute("perm"), {1, 0});
  return graph.apply("MatMul", {x, columns->output()});
}

Value flatten(OnnxGraph& graph, const OnnxCall& call) {
  const auto& options = call.module<nn::FlattenImpl>().options;
  if (options.start_dim() != 1 || (options.end_dim() != -1 && options.end_dim() + 1 != static_cast<int64_t>(call.shape.size())))
    fail(ErrorKind::usage, "{}: only a Flatten from dimension 1 to the last can be written as ONNX", call.node.key);
  return graph.add("Flatten", {call.x()})->i_(attribute("axis"), 1)->output();
}

/// The last dimension cut into several.
Value unflatten(OnnxGraph& graph, const OnnxCall& call) {
  const auto& options = call.module<nn::UnflattenImpl>().options;
  const auto last = static_cast<int64_t>(call.shape.size()) - 1;
  if (options.dim() != last && options.dim() != -1)
    fail(ErrorKind::usage, "{}: only an Unflatten of the last dimension can be written as ONNX", call.node.key);
  std::vector<int64_t> shape(call.shape.size() - 1, 0);  // 0 keeps a dimension
  shape.insert(shape.end(), options.sizes().begin(), options.sizes().end());
  return graph.apply("Reshape", {call.x(), graph.integers(shape)});
}

Value constant_pad2d(OnnxGraph& graph, const OnnxCall& call) {
  const auto& options = call.module<nn::ConstantPad2dImpl>().options;
  const auto& sides = *options.padding();  // left, right, top, bottom
  const auto pads = graph.integers({0, 0, sides[2], sides[0], 0, 0, sides[3], sides[1]});
  return graph.apply("Pad", {call.x(), pads, graph.number(options.value())});
}

Value identity(OnnxGraph&, const OnnxCall& call) { return call.x(); }

Value add(OnnxGraph& graph, const OnnxCall& call) { return graph.apply("Add", call.inputs); }

Value zero_pad(OnnxGraph& graph, const OnnxCall& call) {
  const auto& options = call.module<ZeroPadShortcutImpl>().options;
  const auto rank = call.shape.size();
  auto x = call.x();
  if (options.stride > 1 && rank == 4) {
    constexpr auto kEnd = std::numeric_limits<int64_t>::max();
    x = graph.apply("Slice", {x, graph.integers({0, 0}), graph.integers({kEnd, kEnd}), graph.integers({2, 3}),
                              graph.integers({options.stride, options.stride})});
  }
  const int64_t added = options.out - options.in;
  std::vector<int64_t> pads(2 * rank, 0);  // before each dimension, then behind each
  pads[1] = added / 2;
  pads[rank + 1] = added - added / 2;
  return graph.apply("Pad", {x, graph.integers(pads)});
}

}  // namespace reszoo::onnx

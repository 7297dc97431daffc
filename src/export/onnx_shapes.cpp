// ONNX writers of pooling, padding and reshaping.
#include <limits>

#include "onnx_graph.h"
#include "reszoo/base/error.h"

namespace reszoo::onnx {
namespace {

/// Returns the values per side as ONNX expects them: only the columns for a sequence.
std::vector<int64_t> sides(const OnnxCall& call, const std::array<int64_t, 2>& values) {
  return {values.begin() + (call.shape().size() == 3 ? 1 : 0), values.end()};
}

std::vector<int64_t> both_sides(const OnnxCall& call, const std::array<int64_t, 2>& padding) {
  auto both = sides(call, padding);
  both.insert(both.end(), padding.begin() + (call.shape().size() == 3 ? 1 : 0), padding.end());
  return both;
}

torch::jit::Node* pool(OnnxGraph& graph, const char* op, const OnnxCall& call, const ops::Window& window) {
  auto* node = graph.add(op, {call.x()});
  node->is_(attribute("kernel_shape"), sides(call, window.kernel));
  node->is_(attribute("strides"), sides(call, window.stride));
  node->is_(attribute("pads"), both_sides(call, window.padding));
  node->i_(attribute("ceil_mode"), window.ceil);
  return node;
}

/// Returns the averaging of adaptive pooling along a dimension of any size n, as a matrix (out, n): row i has 1 / (end
/// - start) from start = floor(i n / out) to end = ceil((i + 1) n / out).
OnnxValue means_matrix(OnnxGraph& graph, OnnxValue x, int64_t dimension, int64_t out) {
  auto* size = graph.add("Shape", {x});
  size->i_(attribute("start"), dimension)->i_(attribute("end"), dimension + 1);
  const auto cells = torch::arange(out, torch::kLong).unsqueeze(1);
  const auto times_size = [&](const Tensor& cell) {
    return graph.apply("Mul", {graph.constant(cell), size->output()});
  };
  const auto count = graph.integers({out});
  const auto start = graph.apply("Div", {times_size(cells), count});
  const auto end = graph.apply("Div", {graph.apply("Add", {times_size(cells + 1), graph.integers({out - 1})}), count});
  const auto zero = graph.constant(torch::tensor(int64_t{0})), one = graph.constant(torch::tensor(int64_t{1}));
  const auto places = graph.apply("Range", {zero, graph.apply("Squeeze", {size->output()}), one});
  const auto inside =
      graph.apply("And", {graph.apply("GreaterOrEqual", {places, start}), graph.apply("Less", {places, end})});
  const auto as_float = [&](OnnxValue value) { return graph.add("Cast", {value})->i_(attribute("to"), 1)->output(); };
  return graph.apply("Div", {as_float(inside), as_float(graph.apply("Sub", {end, start}))});
}

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::MaxPool& max) {
  auto* node = pool(graph, "MaxPool", call, max.window);
  return node->is_(attribute("dilations"), sides(call, max.window.dilation))->output();
}

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::AvgPool& average) {
  auto* node = pool(graph, "AveragePool", call, average.window);
  return node->i_(attribute("count_include_pad"), average.window.count_include_pad)->output();
}

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::BlurPool& blur) {
  const auto channels = call.shape().at(1), kernel = blur.filter.size(0), border = kernel / 2;
  auto* mirrored = graph.add("Pad", {call.x(), graph.integers({0, 0, border, border, 0, 0, border, border})});
  mirrored->s_(attribute("mode"), "reflect");
  auto* node = graph.add(
      "Conv", {mirrored->output(), graph.constant(blur.filter.expand({channels, 1, kernel, kernel}).contiguous())});
  node->is_(attribute("kernel_shape"), {kernel, kernel});
  node->is_(attribute("strides"), {blur.stride, blur.stride});
  return node->i_(attribute("group"), channels)->output();
}

/// An output of one pixel is a global average. There is no operator for other sizes: the averages over rows and columns
/// are matrix products, one from each side.
OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::AdaptiveAvgPool& pool) {
  if (pool.rows == 1 && pool.columns == 1) return graph.apply("GlobalAveragePool", {call.x()});
  const bool sequence = call.shape().size() == 3;
  auto x = call.x();
  if (pool.rows && !sequence) x = graph.apply("MatMul", {means_matrix(graph, call.x(), 2, pool.rows), x});
  if (!pool.columns) return x;
  auto* columns = graph.add("Transpose", {means_matrix(graph, call.x(), sequence ? 2 : 3, pool.columns)});
  columns->is_(attribute("perm"), {1, 0});
  return graph.apply("MatMul", {x, columns->output()});
}

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::Flatten& flatten) {
  if (flatten.end != -1 && flatten.end + 1 != std::ssize(call.shape()))
    fail(ErrorKind::usage, "{}: only a Flatten from dimension 1 to the last can be written as ONNX", call.key);
  return graph.add("Flatten", {call.x()})->i_(attribute("axis"), 1)->output();
}

/// Splits the last dimension into several.
OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::Unflatten& split) {
  const auto last = std::ssize(call.shape()) - 1;
  if (split.dimension != last && split.dimension != -1)
    fail(ErrorKind::usage, "{}: only an Unflatten of the last dimension can be written as ONNX", call.key);
  std::vector<int64_t> shape(call.shape().size() - 1, 0);  // 0 keeps a dimension's size
  shape.insert(shape.end(), split.sizes.begin(), split.sizes.end());
  return graph.apply("Reshape", {call.x(), graph.integers(shape)});
}

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::PixelShuffle& shuffle) {
  auto* node = graph.add("DepthToSpace", {call.x()});
  node->i_(attribute("blocksize"), shuffle.factor);
  return node->s_(attribute("mode"), "CRD")->output();
}

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::Pad& pad) {
  const auto pads = call.shape().size() == 3 ? graph.integers({0, 0, pad.left, 0, 0, pad.right})
                                             : graph.integers({0, 0, pad.top, pad.left, 0, 0, pad.bottom, pad.right});
  return graph.apply("Pad", {call.x(), pads, graph.number(pad.value)});
}

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::Add&) { return graph.apply("Add", call.inputs); }

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::PadChannels& pad) {
  const auto rank = call.shape().size();
  auto x = call.x();
  if (pad.stride > 1 && rank > 2) {
    constexpr auto kEnd = std::numeric_limits<int64_t>::max();
    const std::vector<int64_t> begin(rank - 2, 0), end(rank - 2, kEnd), steps(rank - 2, pad.stride);
    std::vector<int64_t> dimensions;
    for (size_t i = 2; i < rank; ++i) dimensions.push_back(static_cast<int64_t>(i));
    x = graph.apply("Slice",
                    {x, graph.integers(begin), graph.integers(end), graph.integers(dimensions), graph.integers(steps)});
  }
  std::vector<int64_t> pads(2 * rank, 0);  // all dimensions before the data, then all dimensions after it
  pads[1] = pad.before;
  pads[rank + 1] = pad.after;
  return graph.apply("Pad", {x, graph.integers(pads)});
}

}  // namespace

void add_shape_writers(OnnxWriters& writers) {
  writers.add<ops::MaxPool>(write);
  writers.add<ops::AvgPool>(write);
  writers.add<ops::BlurPool>(write);
  writers.add<ops::AdaptiveAvgPool>(write);
  writers.add<ops::Flatten>(write);
  writers.add<ops::Unflatten>(write);
  writers.add<ops::PixelShuffle>(write);
  writers.add<ops::Pad>(write);
  writers.add<ops::Add>(write);
  writers.add<ops::PadChannels>(write);
}

}  // namespace reszoo::onnx

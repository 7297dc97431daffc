// Writes the preprocessing of images: resizing as a product with a matrix of each side, since no operator of ONNX
// equals Pillow's in all runtimes, and the crop as the rows of these matrices.
#include <torch/types.h>

#include <cmath>

#include "onnx_pipeline.h"

namespace reszoo::onnx {
namespace {

/// Numbers about one side of the image, float64 of no dimension: known when the file runs.
struct Side {
  OnnxValue inputs, outputs;  ///< pixels before and after resizing
  OnnxValue start, count;     ///< those of the result; pixels before 0 and after `outputs` are a border
};

class Resizing {
 public:
  Resizing(OnnxGraph& graph, const ImagePreprocess& image)
      : graph_(graph), image_(image), calc_(graph, torch::kDouble) {}

  /// Resizes and crops x, (N, C, H, W) float32 values of bytes.
  OnnxValue operator()(OnnxValue x) const {
    if (image_.resize == 0 && !image_.crop) return x;
    const auto height = size_of(x, 2), width = size_of(x, 3);
    const auto down = side(height, width, height), across = side(height, width, width);
    const auto to_columns = graph_.add("Transpose", {weights(across)})->is_(attribute("perm"), {1, 0})->output();
    x = rounded(graph_.apply("MatMul", {x, to_columns}));
    x = rounded(graph_.apply("MatMul", {weights(down), x}));
    return image_.border && !image_.mean.empty() ? with_border(x, down, across) : x;
  }

 private:
  OnnxValue size_of(OnnxValue x, int64_t dimension) const {
    auto* shape = graph_.add("Shape", {x});
    shape->i_(attribute("start"), dimension)->i_(attribute("end"), dimension + 1);
    return cast(graph_, graph_.apply("Squeeze", {shape->output()}), OnnxType::float64);
  }

  /// See image_window.h.
  OnnxValue resized(OnnxValue height, OnnxValue width, OnnxValue size) const {
    if (image_.resize == 0) return size;
    const auto to = calc_.of(static_cast<double>(image_.resize));
    if (image_.squash) return to;
    if (!image_.border) return calc_("Floor", {calc_.div(calc_.mul(to, size), calc_("Min", {height, width}))});
    const auto ratio = calc_.div(calc_("Max", {height, width}), to);
    return calc_("Max", {calc_("Round", {calc_.div(size, ratio)}), calc_.of(1)});
  }

  Side side(OnnxValue height, OnnxValue width, OnnxValue size) const {
    const auto outputs = resized(height, width, size);
    if (!image_.crop) return {size, outputs, calc_.of(0), outputs};
    const auto crop = calc_.of(static_cast<double>(*image_.crop));
    const auto half = calc_.mul(calc_.sub(outputs, crop), calc_.of(0.5));
    const auto start =
        graph_.apply("Where", {calc_("Less", {half, calc_.of(0)}), calc_("Ceil", {half}), calc_("Round", {half})});
    return {size, outputs, start, crop};
  }

  /// The indices of the results on a side, (count, 1).
  OnnxValue places(const Side& side) const {
    const auto from_start = graph_.apply("Range", {calc_.of(0), side.count, calc_.of(1)});
    return graph_.apply("Unsqueeze", {calc_.add(from_start, side.start), graph_.integers({1})});
  }

  OnnxValue inside(const Side& side) const {
    const auto place = places(side);
    return graph_.apply("And", {calc_("GreaterOrEqual", {place, calc_.of(0)}), calc_("Less", {place, side.outputs})});
  }

  /// Pillow's shares of the inputs in each result, (count, inputs) float32; 0 for the border.
  OnnxValue weights(const Side& side) const {
    const auto half = calc_.of(0.5), one = calc_.of(1);
    const auto scale = calc_.div(side.inputs, side.outputs);
    const auto centres = calc_.mul(calc_.add(places(side), half), scale);
    const auto inputs = calc_.add(graph_.apply("Range", {calc_.of(0), side.inputs, one}), half);
    const auto distance = calc_("Abs", {calc_.div(calc_.sub(inputs, centres), calc_("Max", {scale, one}))});
    const auto shares = filter(distance);
    const auto sum = graph_.apply("ReduceSum", {shares, graph_.integers({1})});
    constexpr double kUnit = 1 << 22;  // Pillow's fixed-point numbers, which float32 holds
    const auto fixed = calc_.div(calc_("Round", {calc_.mul(calc_.div(shares, sum), calc_.of(kUnit))}), calc_.of(kUnit));
    return cast(graph_, graph_.apply("Where", {inside(side), fixed, calc_.of(0)}), OnnxType::float32);
  }

  OnnxValue filter(OnnxValue distance) const {
    if (image_.interpolation == "bicubic") return cubic(distance);
    if (image_.interpolation == "lanczos") return lanczos(distance);
    return calc_("Max", {calc_.sub(calc_.of(1), distance), calc_.of(0)});
  }

  OnnxValue cubic(OnnxValue x) const {
    const auto near = calc_.polynomial(x, {1.5, -2.5, 0, 1}), far = calc_.polynomial(x, {-0.5, 2.5, -4, 2});
    return within(x, 1, near, within(x, 2, far, calc_.of(0)));
  }

  OnnxValue lanczos(OnnxValue x) const {
    const auto sinc = [&](double stretch) {
      const auto angle = calc_.mul(x, calc_.of(M_PI / stretch));
      return within(x, 1e-12, calc_.of(1), calc_.div(calc_("Sin", {angle}), angle));
    };
    return within(x, 3, calc_.mul(sinc(1), sinc(3)), calc_.of(0));
  }

  OnnxValue within(OnnxValue x, double limit, OnnxValue yes, OnnxValue no) const {
    return graph_.apply("Where", {calc_("Less", {x, calc_.of(limit)}), yes, no});
  }

  /// To bytes, as after each pass of Pillow.
  OnnxValue rounded(OnnxValue x) const {
    const auto whole = graph_.apply("Floor", {graph_.apply("Add", {x, graph_.number(0.5)})});
    return graph_.apply("Clip", {whole, graph_.number(0), graph_.number(255)});
  }

  OnnxValue with_border(OnnxValue x, const Side& down, const Side& across) const {
    auto* columns = graph_.add("Transpose", {inside(across)});
    columns->is_(attribute("perm"), {1, 0});
    const auto image = graph_.apply("And", {inside(down), columns->output()});
    const auto colour = (torch::tensor(image_.mean, torch::kDouble) * 255).round().clamp(0, 255);
    return graph_.apply("Where", {image, x, graph_.constant(colour.to(torch::kFloat).view({-1, 1, 1}))});
  }

  OnnxGraph& graph_;
  const ImagePreprocess& image_;
  Arithmetic calc_;
};

}  // namespace

OnnxValue image_input(OnnxGraph& graph, const ImagePreprocess& image) {
  const auto bytes = graph.input(
      {"images", OnnxType::uint8, {"batch", "height", "width", image.channels}, image.channels == 3 ? "RGB" : "bytes"});
  auto* planes = graph.add("Transpose", {bytes});
  planes->is_(attribute("perm"), {0, 3, 1, 2});
  const auto values = Resizing(graph, image)(cast(graph, planes->output(), OnnxType::float32));
  const Arithmetic calc(graph, torch::kFloat);
  const auto by_channel = [&](const std::vector<double>& numbers) {
    return calc.of(torch::tensor(numbers, torch::kDouble).view({-1, 1, 1}));
  };
  auto x = calc.div(values, calc.of(255));
  if (!image.mean.empty()) x = calc.sub(x, by_channel(image.mean));
  if (!image.std.empty()) x = calc.div(x, by_channel(image.std));
  return x;
}

}  // namespace reszoo::onnx

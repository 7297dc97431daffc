// Writes the scaling of numbers, in float64 as the Scaler computes it.
#include <cmath>
#include <limits>

#include "onnx_pipeline.h"
#include "preprocess/normal_quantile.h"

namespace reszoo::onnx {
namespace {

// Those of scaler.cpp.
constexpr double kNearEnd = 1e-7, kMostScaled = 1e15, kMostUnscaled = 1e30;

template <size_t N>
std::vector<double> list_of(const std::array<double, N>& values) {
  return {values.begin(), values.end()};
}

/// The inverse of the normal distribution for levels from 1e-7 to 1 - 1e-7.
/// Source: Cephes, ndtri.c, as LibTorch's special_ndtri.
OnnxValue normal_quantile(OnnxGraph& graph, OnnxValue level) {
  const Arithmetic calc(graph, torch::kDouble);
  const auto one = calc.of(1);
  const auto centred = calc.sub(level, calc.of(0.5)), square = calc.mul(centred, centred);
  const auto ratio = calc.div(calc.mul(square, calc.polynomial(square, list_of(detail::kMiddleTop))),
                              calc.polynomial(square, list_of(detail::kMiddleBottom)));
  const auto middle = calc.mul(calc.add(centred, calc.mul(centred, ratio)), calc.of(std::sqrt(2 * M_PI)));

  const auto upper = calc("Greater", {level, calc.of(0.5)});
  const auto tail = graph.apply("Where", {upper, calc.sub(one, level), level});
  const auto x = calc("Sqrt", {calc.mul(calc.of(-2), calc("Log", {tail}))});
  const auto z = calc.div(one, x);
  const auto correction = calc.div(calc.mul(z, calc.polynomial(z, list_of(detail::kTailTop))),
                                   calc.polynomial(z, list_of(detail::kTailBottom)));
  const auto outer = calc.sub(calc.sub(x, calc.div(calc("Log", {x}), x)), correction);
  const auto signed_outer = graph.apply("Where", {upper, outer, calc("Neg", {outer})});
  return graph.apply("Where", {calc("Greater", {tail, calc.of(std::exp(-2))}), middle, signed_outer});
}

/// The points of all columns, one after another, and a search in them.
class Points {
 public:
  /// `points` is (F, Q), ascending.
  Points(OnnxGraph& graph, const Tensor& points) : graph_(graph), calc_(graph, torch::kDouble) {
    for (most_ = 1; most_ <= points.size(1); most_ *= 2) continue;
    const auto padded = torch::full({points.size(0), most_}, std::numeric_limits<double>::infinity(), torch::kDouble);
    padded.narrow(1, 0, points.size(1)).copy_(points);
    points_ = calc_.of(padded.flatten());
    base_ = torch::arange(points.size(0), torch::kLong).unsqueeze(0);
  }

  /// Counts the points up to x ("LessOrEqual"), or below it ("Less"): a binary search. Shape: (N, F) int64.
  OnnxValue count(const char* order, OnnxValue x) const {
    OnnxValue found = nullptr;
    const auto none = graph_.constant(torch::tensor(int64_t{0}));
    for (auto step = most_ / 2; step > 0; step /= 2) {
      const auto place = graph_.constant(base_ * most_ + (step - 1));
      const auto point = gathered(graph_, points_, found ? graph_.apply("Add", {found, place}) : place, 0);
      const auto add =
          graph_.apply("Where", {graph_.apply(order, {point, x}), graph_.constant(torch::tensor(step)), none});
      found = found ? graph_.apply("Add", {found, add}) : add;
    }
    return found;
  }

  /// Returns for each place (N, F) the entry of a table (F, Q).
  OnnxValue at(const Tensor& table, OnnxValue place) const {
    const auto index = graph_.apply("Add", {place, graph_.constant(base_ * table.size(1))});
    return gathered(graph_, calc_.of(table.flatten()), index, 0);
  }

 private:
  OnnxGraph& graph_;
  Arithmetic calc_;
  int64_t most_;
  OnnxValue points_;
  Tensor base_;
};

/// Returns the slopes to the next point, (F, Q); 0 after the last one, and where points are too near for a slope.
Tensor slopes_of(const Tensor& points) {
  const auto count = points.size(1);
  const auto levels = torch::linspace(0, 1, count, torch::kDouble);
  auto slopes = torch::zeros_like(points);
  if (count < 2) return slopes;
  const auto between = levels.diff() / points.diff();
  slopes.narrow(1, 0, count - 1).copy_(torch::where(between.isfinite(), between, torch::zeros_like(between)));
  return slopes;
}

/// See QuantileLevels: the mean of numpy's interp in both directions.
OnnxValue level_of(OnnxGraph& graph, OnnxValue x, const Tensor& points, const Tensor& near) {
  const Arithmetic calc(graph, torch::kDouble);
  const Points search(graph, points);
  const auto count = points.size(1);
  const auto levels = torch::linspace(0, 1, count, torch::kDouble).expand(points.sizes()).contiguous();
  const auto slopes = slopes_of(points), none = torch::zeros({points.size(0), 1}, torch::kDouble);
  const auto slopes_before = torch::cat({none, slopes.narrow(1, 0, count - 1)}, 1);
  const auto whole = [&](int64_t value) { return graph.constant(torch::tensor(value)); };
  const auto left = graph.apply("Max", {graph.apply("Sub", {search.count("LessOrEqual", x), whole(1)}), whole(0)});
  const auto right = graph.apply("Min", {search.count("Less", x), whole(count - 1)});
  const auto way_up = calc("Max", {calc.sub(x, search.at(points, left)), calc.of(0)});
  const auto way_down = calc("Max", {calc.sub(search.at(points, right), x), calc.of(0)});
  const auto rising = calc.add(calc.mul(way_up, search.at(slopes, left)), search.at(levels, left));
  const auto falling = calc.sub(search.at(levels, right), calc.mul(way_down, search.at(slopes_before, right)));
  auto level = calc.mul(calc.add(rising, falling), calc.of(0.5));
  const auto first = calc.of(points.select(1, 0).unsqueeze(0)),
             last = calc.of(points.select(1, count - 1).unsqueeze(0));
  const auto reach = calc.of(near.unsqueeze(0));
  level = graph.apply("Where", {calc("Less", {calc.sub(x, reach), first}), calc.of(0), level});
  return graph.apply("Where", {calc("Greater", {calc.add(x, reach), last}), calc.of(1), level});
}

OnnxValue to_normal(OnnxGraph& graph, OnnxValue values, const Scaler& scaler) {
  const Arithmetic calc(graph, torch::kDouble);
  const auto& quantiles = scaler.tensors().at("quantiles");
  const auto found = scaler.tensors().find("thresholds");
  const auto near =
      found == scaler.tensors().end() ? torch::full({quantiles.size(1)}, kNearEnd, torch::kDouble) : found->second;
  const auto level = level_of(graph, values, quantiles.t().contiguous(), near);
  constexpr double least = kNearEnd - std::numeric_limits<double>::epsilon();
  return normal_quantile(graph, calc.clip(level, least, 1 - least));
}

}  // namespace

OnnxValue scaled(OnnxGraph& graph, OnnxValue values, OnnxValue missing, const Scaler& scaler) {
  const Arithmetic calc(graph, torch::kDouble);
  const auto& tensors = scaler.tensors();
  const auto row = [&](const char* name) { return calc.of(tensors.at(name).unsqueeze(0)); };
  const auto standardized = [&](const char* middle) {
    return calc.clip(calc.div(calc.sub(values, row(middle)), row("scale")), -kMostScaled, kMostScaled);
  };
  const auto centred = [&](OnnxValue y) { return graph.apply("Where", {missing, calc.of(0), y}); };
  switch (scaler.scaling()) {
    case Scaling::quantile: break;
    case Scaling::standard: return centred(standardized("mean"));
    case Scaling::robust: return centred(standardized("median"));
    case Scaling::smooth: {
      const auto z = standardized("median"), third = calc.div(z, calc.of(3));
      return centred(calc.div(z, calc("Sqrt", {calc.add(calc.of(1), calc.mul(third, third))})));
    }
    case Scaling::none:
      return graph.apply("Where", {missing, row("mean"), calc.clip(values, -kMostUnscaled, kMostUnscaled)});
  }
  return centred(to_normal(graph, values, scaler));
}

}  // namespace reszoo::onnx

// Writes the scaling of numbers, in float64 as the Scaler computes it.
#include <cmath>
#include <limits>

#include "onnx_pipeline.h"

namespace reszoo::onnx {
namespace {

// Those of scaler.cpp.
constexpr double kNearEnd = 1e-7, kMostScaled = 1e15, kMostUnscaled = 1e30;

/// The inverse of the normal distribution for levels from 1e-7 to 1 - 1e-7.
/// Source: Cephes, ndtri.c, as LibTorch's special_ndtri.
OnnxValue normal_quantile(OnnxGraph& graph, OnnxValue level) {
  static const std::vector<double> p0{-59.9633501014107895267, 98.0010754185999661536, -56.6762857469070293439,
                                      13.9312609387279679503, -1.23916583867381258016};
  static const std::vector<double> q0{1,
                                      1.95448858338141759834,
                                      4.67627912898881538453,
                                      86.3602421390890590575,
                                      -225.462687854119370527,
                                      200.260212380060660359,
                                      -82.0372256168333339912,
                                      15.9056225126211695515,
                                      -1.18331621121330003142};
  static const std::vector<double> p1{4.05544892305962419923,   31.5251094599893866154,    57.1628192246421288162,
                                      44.0805073893200834700,   14.6849561928858024014,    2.18663306850790267539,
                                      -0.140256079171354495875, -0.0350424626827848203418, -0.000857456785154685413611};
  static const std::vector<double> q1{1,
                                      15.7799883256466749731,
                                      45.3907635128879210584,
                                      41.3172038254672030440,
                                      15.0425385692907503408,
                                      2.50464946208309415979,
                                      -0.142182922854787788574,
                                      -0.0380806407691578277194,
                                      -0.000933259480895457427372};
  const Arithmetic calc(graph, torch::kDouble);
  const auto one = calc.of(1);
  const auto centred = calc.sub(level, calc.of(0.5)), square = calc.mul(centred, centred);
  const auto ratio = calc.div(calc.mul(square, calc.polynomial(square, p0)), calc.polynomial(square, q0));
  const auto middle = calc.mul(calc.add(centred, calc.mul(centred, ratio)), calc.of(std::sqrt(2 * M_PI)));

  const auto upper = calc("Greater", {level, calc.of(0.5)});
  const auto tail = graph.apply("Where", {upper, calc.sub(one, level), level});
  const auto x = calc("Sqrt", {calc.mul(calc.of(-2), calc("Log", {tail}))});
  const auto z = calc.div(one, x);
  const auto correction = calc.div(calc.mul(z, calc.polynomial(z, p1)), calc.polynomial(z, q1));
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

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "page.h"
#include "plot.h"
#include "report_parts.h"
#include "reszoo/base/error.h"

namespace reszoo::page {
namespace {

constexpr double clipped = 0.002;  // fraction of rows clipped at either end of an axis

Tensor doubles(const Tensor& tensor) { return tensor.detach().to(at::kCPU, at::kDouble).flatten().contiguous(); }

double quantile_of(const Tensor& sorted, double fraction) {
  return sorted[std::llround(fraction * static_cast<double>(sorted.size(0) - 1))].item<double>();
}

Tensor sorted(const Tensor& values) { return std::get<0>(values.sort()); }

/// Returns the range of nearly all values: a few outliers would compress the others.
Axis axis_of_most(const Tensor& values, std::string label) {
  const auto rising = sorted(values);
  return axis_of({quantile_of(rising, clipped), quantile_of(rising, 1 - clipped)}, std::move(label));
}

std::string outside_note(size_t outside) {
  return outside == 0 ? ""
                      : fmt::format(" {} row{} beyond the axes.", count(static_cast<int64_t>(outside)),
                                    outside == 1 ? " lies" : "s lie");
}

std::string against_truth(const Tensor& truth, const Tensor& prediction) {
  const auto range = axis_of_most(at::cat({truth, prediction}), "");
  Axis x = range, y = range;
  x.label = "true";
  y.label = "predicted";
  Plot plot("predicted against true values", x, y);
  const auto outside = plot.density(points_of(truth, prediction));
  plot.line({{range.low, range.low}, {range.high, range.high}}, "ideal");
  return figure("Predicted against true", "", plot.svg(),
                "On the dashed line a prediction is right." + outside_note(outside));
}

std::string error_histogram(const Tensor& error) {
  constexpr int64_t bins = 45;
  const auto range = axis_of_most(error, "predicted − true");
  const auto inside = error.masked_select(error.ge(range.low) & error.le(range.high));
  const auto counts = range.histogram(inside, bins);
  const auto most = static_cast<double>(*std::max_element(counts.begin(), counts.end()));
  Plot plot("histogram of the errors", range, {0, most * 1.08, "rows"});
  const double width = range.high / bins - range.low / bins;
  for (int64_t i = 0; i < bins; ++i) {
    const auto rows = counts[static_cast<size_t>(i)];
    const double from = range.low + static_cast<double>(i) * width;
    const auto ends = numbers_apart({from, from + width});
    if (rows > 0)
      plot.box(from, 0, from + width * 0.92, static_cast<double>(rows), "bar",
               fmt::format("{} to {}: {} rows", ends[0], ends[1], count(rows)));
  }
  plot.vertical(0, "ideal");
  const auto size = sorted(error.abs());
  return figure("Errors", "", plot.svg(),
                fmt::format("Half of the rows are off by less than {}, nine of ten by less than {}.{}",
                            number(quantile_of(size, 0.5), 3), number(quantile_of(size, 0.9), 3),
                            outside_note(static_cast<size_t>(error.size(0) - inside.size(0)))));
}

/// Draws the median error and the range of the middle 80 %, in deciles of the rows by prediction.
void draw_trend(Plot& plot, const Tensor& prediction, const Tensor& error) {
  const auto order = prediction.argsort();
  const auto parts = std::min<int64_t>(10, prediction.size(0) / 20);
  std::vector<double> x, low, high;
  Points middle;
  for (int64_t i = 0; i < parts; ++i) {
    const auto begin = i * prediction.size(0) / parts, end = (i + 1) * prediction.size(0) / parts;
    const auto rows = order.slice(0, begin, end);
    const auto errors = sorted(error.index_select(0, rows));
    x.push_back(prediction.index_select(0, rows).median().item<double>());
    low.push_back(quantile_of(errors, 0.1));
    high.push_back(quantile_of(errors, 0.9));
    middle.emplace_back(x.back(), quantile_of(errors, 0.5));
  }
  if (parts < 2) return;
  plot.line(middle, "trend", "median error");
  for (const auto& edge : {low, high}) {
    Points line;
    for (size_t i = 0; i < x.size(); ++i) line.emplace_back(x[i], edge[i]);
    plot.line(line, "trend thin", "one of ten rows lies beyond");
  }
}

std::string errors_against_prediction(const Tensor& prediction, const Tensor& error) {
  Plot plot("errors against predicted values", axis_of_most(prediction, "predicted"),
            axis_of_most(error, "predicted − true"));
  const auto outside = plot.density(points_of(prediction, error));
  plot.horizontal(0, "ideal");
  draw_trend(plot, prediction, error);
  return figure(
      "Errors against predicted", "", plot.svg(),
      "Orange: the median error, and the range of eight of ten rows. Flat and narrow is good." + outside_note(outside));
}

/// Returns how often the truth is at or below a predicted quantile.
std::string quantile_table(const RegressionPart& part, const Predicted& rows) {
  if (part.quantiles.empty()) return "";
  auto given = part.quantile_predictions.detach().to(at::kCPU, at::kDouble);
  if (given.dim() != 2 || given.size(0) != part.truth.numel() ||
      given.size(1) != static_cast<int64_t>(part.quantiles.size()))
    fail(ErrorKind::input, "report: quantile predictions of \"{}\" must be ({}, {})", part.target, part.truth.numel(),
         part.quantiles.size());
  given = given.index_select(0, rows.rows);
  std::vector<std::vector<std::string>> lines;
  for (size_t q = 0; q < part.quantiles.size(); ++q) {
    const auto below = rows.truth.le(given.select(1, static_cast<int64_t>(q))).to(at::kDouble).mean().item<double>();
    lines.push_back({percent(part.quantiles[q]), percent(below), percent(below - part.quantiles[q])});
  }
  return figure("Quantiles", "", table({{"quantile", true}, {"rows below it", true}, {"difference", true}}, lines),
                "A quantile is right if that fraction of the rows lies below its prediction.");
}

}  // namespace

Points points_of(const Tensor& x, const Tensor& y) {
  const auto from_x = x.to(at::kDouble).contiguous(), from_y = y.to(at::kDouble).contiguous();
  Points points;
  for (int64_t i = 0; i < x.size(0); ++i)
    points.emplace_back(from_x.const_data_ptr<double>()[i], from_y.const_data_ptr<double>()[i]);
  return points;
}

Predicted predicted(const RegressionPart& part) {
  const auto truth = doubles(part.truth), prediction = doubles(part.prediction);
  if (truth.sizes() != prediction.sizes() || truth.size(0) == 0)
    fail(ErrorKind::input,
         "report: truth and prediction of \"{}\" must have the same number of rows and at least one, got {} and {}",
         part.target, truth.size(0), prediction.size(0));
  const auto kept = (truth.isfinite() & prediction.isfinite()).nonzero().squeeze(1);
  return {truth.index_select(0, kept), prediction.index_select(0, kept), kept, truth.size(0) - kept.size(0)};
}

std::string predictions(const RegressionPart& part) {
  const auto rows = predicted(part);
  if (rows.truth.size(0) == 0) return no_numbers;
  const Tensor error = rows.prediction - rows.truth;
  return side_by_side({against_truth(rows.truth, rows.prediction), error_histogram(error),
                       errors_against_prediction(rows.prediction, error), quantile_table(part, rows)});
}

}  // namespace reszoo::page

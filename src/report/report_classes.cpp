#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "page.h"
#include "plot.h"
#include "report_parts.h"
#include "reszoo/base/error.h"
#include "reszoo/metrics/curves.h"
#include "reszoo/metrics/metrics.h"

namespace reszoo::page {
namespace {

constexpr size_t most_points = 240;  // per curve

const Axis fraction_axis{0, 1, "", Axis::Marks::fraction};

Axis fraction(std::string label) {
  auto axis = fraction_axis;
  axis.label = std::move(label);
  return axis;
}

/// Returns at most `most_points` values of a curve's tensor, including both ends.
Tensor thinned_values(const Tensor& values) {
  if (values.size(0) <= static_cast<int64_t>(most_points)) return values;
  return values.index_select(
      0, at::linspace(0, static_cast<double>(values.size(0) - 1), most_points, at::kDouble).round().to(at::kLong));
}

/// Returns the classes whose curves are drawn: for two classes the second one, otherwise the six most frequent ones.
std::vector<int64_t> drawn_classes(const Classified& rows) {
  if (rows.probability.size(1) == 2) return {1};
  const auto counts = at::bincount(rows.truth, {}, rows.probability.size(1));
  const auto order = std::get<1>(counts.sort(/*stable=*/true, /*dim=*/0, /*descending=*/true));
  std::vector<int64_t> classes;
  for (int64_t i = 0; i < std::min<int64_t>(6, order.size(0)); ++i)
    if (const auto c = order[i].item<int64_t>(); counts[c].item<int64_t>() > 0) classes.push_back(c);
  return classes;
}

bool is_split(const Tensor& positive) { return positive.any().item<bool>() && !positive.all().item<bool>(); }

/// Draws one curve per class; `curve_of` computes the points and their area from (score, positive).
template <typename CurveOf>
std::string curves(const ClassPart& part, const Classified& rows, Plot plot, const char* title, const char* area_name,
                   CurveOf curve_of) {
  std::vector<std::string> names;
  double area = NAN;
  for (const auto c : drawn_classes(rows)) {
    const auto positive = rows.truth.eq(c);
    if (!is_split(positive)) continue;
    const auto& class_name = part.classes.at(static_cast<size_t>(c));
    const auto points = curve_of(plot, rows.probability.select(1, c).contiguous(), positive, area);
    plot.line(points, series_styles[names.size()], escape(shortened(class_name, 60)));
    names.push_back(fmt::format("{} {}", shortened(class_name, 22), number(area, 3)));
  }
  if (names.empty()) return "";
  const bool one = rows.probability.size(1) == 2;
  return figure(title, one ? fmt::format("{} {}", area_name, number(area)) : area_name,
                plot.svg() + (one ? "" : legend(names)));
}

std::string roc(const ClassPart& part, const Classified& rows) {
  Plot plot("receiver operating characteristic", fraction("false positives"), fraction("true positives"));
  plot.line({{0, 0}, {1, 1}}, "ideal");
  return curves(part, rows, std::move(plot), "ROC", "AUC",
                [](Plot&, const Tensor& score, const Tensor& positive, double& area) {
                  const auto curve = roc_curve(score, positive);
                  area = roc_auc(score, positive);
                  return points_of(thinned_values(curve.false_positives), thinned_values(curve.true_positives));
                });
}

std::string precision_recall(const ClassPart& part, const Classified& rows) {
  Plot plot("precision against recall", fraction("recall"), fraction("precision"));
  const bool one = rows.probability.size(1) == 2;
  return curves(part, rows, std::move(plot), "Precision and recall", "average precision",
                [one](Plot& drawing, const Tensor& score, const Tensor& positive, double& area) {
                  const auto curve = precision_recall_curve(score, positive);
                  area = pr_auc(score, positive);
                  if (one) drawing.horizontal(positive.to(at::kDouble).mean().item<double>(), "ideal");
                  return points_of(thinned_values(curve.recall), thinned_values(curve.precision));
                });
}

/// Draws observed frequency against predicted probability, with the 95 % interval and the share of rows in each bin.
std::string calibration(const ClassPart& part, const Classified& rows) {
  const bool two = rows.probability.size(1) == 2;
  const auto score = (two ? rows.probability.select(1, 1) : std::get<0>(rows.probability.max(1))).contiguous();
  const auto right = two ? rows.truth.eq(1) : std::get<1>(rows.probability.max(1)).eq(rows.truth);
  constexpr int bins = 10;
  const auto curve = calibration_curve(score, right, bins);
  Plot plot("calibration",
            fraction(two ? fmt::format("probability of “{}”", part.classes.at(1)) : "probability of the guess"),
            fraction("came true"));
  const auto all = static_cast<double>(score.size(0));
  for (int64_t i = 0; i < curve.weight.size(0); ++i) {
    const double from = std::min(std::floor(curve.predicted[i].item<double>() * bins), bins - 1.0) / bins,
                 share = curve.weight[i].item<double>() / all;
    plot.box(from + 0.01, 0, from + 0.09, share, "pale", percent(share) + " of the rows");
  }
  plot.line({{0, 0}, {1, 1}}, "ideal");
  for (int64_t i = 0; i < curve.weight.size(0); ++i) {
    const double p = curve.predicted[i].item<double>(), came = curve.observed[i].item<double>(),
                 n = curve.weight[i].item<double>();
    const auto [low, high] = wilson(came, n);
    plot.line({{p, low}, {p, high}}, "error");
    plot.dot(p, came, "dot", 3.5,
             fmt::format("said {}, came true {}, {} rows", percent(p), percent(came), count(std::llround(n))));
  }
  return figure("Calibration", "ECE " + number(calibration_error(rows.probability, rows.truth), 3), plot.svg(),
                "Dots on the dashed line: a probability means what it says. Pale: where the rows are.");
}

std::string score_histogram(const ClassPart& part, const Classified& rows) {
  constexpr int64_t bins = 30;
  const auto score = rows.probability.select(1, 1);
  std::vector<Tensor> shares;
  double most = 0;
  for (const int64_t c : {0, 1}) {
    const auto mine = score.masked_select(rows.truth.eq(c));
    shares.push_back(at::histc(mine, bins, 0, 1) / std::max<double>(static_cast<double>(mine.size(0)), 1));
    most = std::max(most, shares.back().max().item<double>());
  }
  Plot plot("probabilities by true class", fraction(fmt::format("probability of “{}”", part.classes.at(1))),
            {0, most * 1.08, "share of the class", Axis::Marks::fraction});
  for (int64_t i = 0; i < bins; ++i)
    for (const int64_t c : {0, 1}) {
      const double from = (static_cast<double>(i) + 0.45 * static_cast<double>(c) + 0.05) / bins,
                   share = shares[static_cast<size_t>(c)][i].item<double>();
      if (share > 0) plot.box(from, 0, from + 0.43 / bins, share, c == 1 ? "bar" : "bar2", percent(share));
    }
  plot.vertical(part.threshold, "best", fmt::format("threshold {}", number(part.threshold, 3)));
  return figure(
      "Probabilities by true class", "",
      plot.svg() + fmt::format(R"(<ul class="legend"><li><i class="c2"></i>{}</li><li><i class="c1"></i>{}</li></ul>)",
                               name(part.classes.at(0)), name(part.classes.at(1))));
}

std::string by_threshold(const ClassPart& part, const Classified& rows) {
  const auto positive = rows.truth.eq(1);
  if (!is_split(positive)) return "";
  const auto curve = precision_recall_curve(rows.probability.select(1, 1).contiguous(), positive);
  const auto precision = curve.precision.slice(0, 0, -1), recall = curve.recall.slice(0, 0, -1);
  const auto x = thinned_values(curve.thresholds), p = thinned_values(precision), r = thinned_values(recall);
  Plot plot("precision, recall and F1 by threshold", fraction("threshold"), fraction(""));
  plot.vertical(part.threshold, "best");
  plot.line(points_of(x, p), series_styles[0], "precision");
  plot.line(points_of(x, r), series_styles[1], "recall");
  plot.line(points_of(x, (2 * p * r / (p + r)).nan_to_num(0)), series_styles[2], "F1");
  return figure("By threshold", "", plot.svg() + legend({"precision", "recall", "F1"}));
}

}  // namespace

Classified classified(const ClassPart& part) {
  auto probability = part.probability.detach().to(at::kCPU, at::kDouble);
  if (probability.dim() == 1) probability = at::stack({1 - probability, probability}, 1);
  const auto truth = part.truth.detach().to(at::kCPU, at::kLong).flatten();
  if (probability.dim() != 2 || probability.size(0) != truth.size(0) || truth.size(0) == 0 ||
      probability.size(1) != static_cast<int64_t>(part.classes.size()))
    fail(ErrorKind::input,
         "report: probabilities of \"{}\" must be ({}, {}) for as many rows and classes, got shape={}", part.target,
         truth.size(0), part.classes.size(), fmt::join(probability.sizes(), "x"));
  if (truth.min().item<int64_t>() < 0 || truth.max().item<int64_t>() >= probability.size(1))
    fail(ErrorKind::input, "report: classes of \"{}\" must be in 0 .. {}", part.target, probability.size(1) - 1);
  const auto guess = part.guess.defined()       ? part.guess.detach().to(at::kCPU, at::kLong).flatten()
                     : probability.size(1) == 2 ? probability.select(1, 1).ge(part.threshold).to(at::kLong)
                                                : probability.argmax(1);
  const auto kept = probability.isfinite().all(1).nonzero().squeeze(1);
  return {probability.index_select(0, kept), guess.index_select(0, kept), truth.index_select(0, kept),
          truth.size(0) - kept.size(0)};
}

std::string predictions(const ClassPart& part) {
  const auto rows = classified(part);
  if (rows.truth.size(0) == 0) return no_numbers;
  std::vector<std::string> boxes{roc(part, rows), precision_recall(part, rows), calibration(part, rows)};
  if (rows.probability.size(1) == 2) {
    boxes.push_back(score_histogram(part, rows));
    boxes.push_back(by_threshold(part, rows));
  }
  boxes.push_back(confusion(part, rows));
  if (rows.probability.size(1) > 2) boxes.push_back(class_table(part, rows));
  return side_by_side(boxes);
}

}  // namespace reszoo::page

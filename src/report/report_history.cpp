#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "page.h"
#include "plot.h"
#include "report_parts.h"

namespace reszoo::page {
namespace {

constexpr size_t most_epochs_drawn = 400;  // per curve
constexpr size_t most_metrics = 24;        // with a curve
constexpr size_t most_dots = 60;           // above this number of epochs, dots would overlap

/// Returns the epoch whose weights were kept, from 1; 0 if there is none.
int64_t best_epoch(const std::vector<EpochRecord>& history) {
  int64_t best = 0;
  for (const auto& record : history)
    if (record.best) best = record.epoch;
  return best;
}

std::string curve(const std::string& name, const Points& points, int64_t best) {
  std::vector<double> values;
  double last = NAN;
  for (const auto& point : points) {
    values.push_back(point.second);
    if (std::isfinite(point.second)) last = point.second;
  }
  if (!std::isfinite(last)) return "";
  const double first_epoch = points.front().first, last_epoch = points.back().first;
  Plot plot(name + " per epoch", {first_epoch, std::max(last_epoch, first_epoch + 1), "epoch", Axis::Marks::whole},
            axis_of(values, ""));
  // Then the label would overlap the curve's top.
  const bool rising = std::isfinite(points.front().second) && last > points.front().second;
  if (best > 0) plot.vertical(static_cast<double>(best), "best", fmt::format("best {}", best), rising);
  plot.line(thinned(points, most_epochs_drawn), "curve");
  double at_best = NAN;
  for (const auto& [epoch, value] : points) {
    const bool is_best = static_cast<int64_t>(epoch) == best;
    if (is_best) at_best = value;
    if (is_best || points.size() <= most_dots)
      plot.dot(epoch, value, is_best ? "bestdot" : "dot", is_best ? 4 : 2.2,
               fmt::format("epoch {:.0f}: {}", epoch, number(value, 6)));
  }
  return figure(page::name(name, 60), number(std::isfinite(at_best) ? at_best : last), plot.svg());
}

}  // namespace

std::string history(const ReportData& data) {
  const auto& history = data.history;
  if (history.empty()) return "";
  const auto best = best_epoch(history);
  std::vector<std::string> boxes;
  const auto add = [&](const std::string& name, auto value_of) {
    Points points;
    for (const auto& record : history) points.emplace_back(static_cast<double>(record.epoch), value_of(record));
    boxes.push_back(curve(name, points, best));
  };
  const auto add_known = [&](const std::string& name, double EpochRecord::*value) {
    const auto value_of = std::mem_fn(value);
    if (std::any_of(history.begin(), history.end(), value_of)) add(name, value_of);
  };
  add("training loss", [](const EpochRecord& record) { return record.loss; });
  const auto metrics = history.front().metrics.size(), shown = std::min(metrics, most_metrics);
  for (size_t i = 0; i < shown; ++i)
    add("validation " + history.front().metrics[i].first,
        [i](const auto& record) { return i < record.metrics.size() ? record.metrics[i].second : NAN; });
  add_known("learning rate", &EpochRecord::lr);
  add_known(data.items + " per second", &EpochRecord::items_per_second);
  return side_by_side(boxes) + first_of(shown, metrics, "metrics");
}

}  // namespace reszoo::page

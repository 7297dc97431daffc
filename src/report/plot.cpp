#include "plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "page.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo::page {
namespace {

/// The plotting area in the units of its viewBox.
constexpr double kLeft = 46, kRight = 342, kTop = 22, kBottom = 196, kWidth = 360, kHeight = 232;

std::string tick_text(double value, double step, Axis::Marks marks) {
  if (marks == Axis::Marks::fraction) return fmt::format("{:.0f}%", 100 * value);
  if (marks == Axis::Marks::date) return date_text(std::floor(value)).substr(0, step >= 28 ? 7 : 10);
  const double size = std::abs(value);
  for (const auto& [unit, sign] : {std::pair(1e9, 'G'), std::pair(1e6, 'M'), std::pair(1e4, 'k')}) {
    const double divisor = sign == 'k' ? 1e3 : unit;
    if (step * 4 >= unit / (sign == 'k' ? 2 : 1) && size > 0)
      return fmt::format("{:.{}f}{}", value / divisor, step / divisor < 1 ? 1 : 0, sign);
  }
  if (step < 1e-4) return fmt::format("{:.3g}", value);
  return fmt::format("{:.{}f}", value, std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9))));
}

double step_of(const std::vector<double>& marks, const Axis& axis) {
  return marks.size() > 1 ? marks[1] - marks[0] : axis.high - axis.low;
}

std::string titled(const std::string& title) { return title.empty() ? "/>" : fmt::format("><title>{}</title>", title); }

/// The number of points in each cell of the plotting area.
constexpr int kColumns = 51, kRows = 29;
using Cells = std::map<std::pair<int, int>, int64_t>;

int part(double at, double from, double to, int parts) {
  return std::clamp(static_cast<int>((at - from) / (to - from) * parts), 0, parts - 1);
}

/// Draws one path per shade. Shades are logarithmic, because the few rows far from the others are the most interesting
/// ones.
std::string draw(const Cells& cells) {
  constexpr size_t shades = 6;
  int64_t most = 1;
  for (const auto& cell : cells) most = std::max(most, cell.second);
  std::array<std::string, shades> paths;
  const double w = (kRight - kLeft) / kColumns, h = (kBottom - kTop) / kRows;
  for (const auto& [cell, number] : cells) {
    const double share = most > 1 ? std::log(static_cast<double>(number)) / std::log(static_cast<double>(most)) : 1;
    paths[std::min(shades - 1, static_cast<size_t>(share * shades))] +=
        fmt::format("M{:.1f} {:.1f}h{:.2f}v{:.2f}h-{:.2f}z", kLeft + cell.first * w, kTop + cell.second * h, w, h, w);
  }
  std::string svg;
  for (size_t i = 0; i < shades; ++i)
    if (!paths[i].empty())
      svg += fmt::format(R"(<path class="cell" fill-opacity="{:.2f}" d="{}"/>)",
                         0.16 + 0.84 * static_cast<double>(i) / (shades - 1), paths[i]);
  return svg;
}

}  // namespace

Axis axis_of(const std::vector<double>& values, std::string label) {
  double low = INFINITY, high = -INFINITY;
  for (const double value : values)
    if (std::isfinite(value)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  if (!(low <= high)) return {0, 1, std::move(label)};
  const double margin = high > low ? (high - low) * 0.05 : std::max(std::abs(high) * 0.05, 1e-9);
  return {low - margin, high + margin, std::move(label)};
}

std::vector<double> ticks(double low, double high, bool whole) {
  const double rough = (high - low) / 5;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = power * (rough / power <= 2 ? 2 : rough / power <= 5 ? 5 : 10);
  if (whole) step = std::max(1.0, std::round(step));
  std::vector<double> marks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k)
    marks.push_back(k * step + 0.0);  // adding 0 turns -0 into 0
  return marks;
}

Points thinned(const Points& points, size_t most) {
  if (points.size() <= most) return points;
  Points some;
  for (size_t i = 0; i < most; ++i) some.push_back(points[i * (points.size() - 1) / (most - 1)]);
  return some;
}

Plot::Plot(std::string label, Axis x, Axis y) : label_(std::move(label)), x_(std::move(x)), y_(std::move(y)) {}

double Plot::at_x(double x) const {
  return kLeft + (std::clamp(x, x_.low, x_.high) - x_.low) / (x_.high - x_.low) * (kRight - kLeft);
}
double Plot::at_y(double y) const {
  return kBottom - (std::clamp(y, y_.low, y_.high) - y_.low) / (y_.high - y_.low) * (kBottom - kTop);
}
bool Plot::inside(double x, double y) const { return x >= x_.low && x <= x_.high && y >= y_.low && y <= y_.high; }

void Plot::line(const Points& points, const char* style, const std::string& title) {
  std::string path;
  bool drawing = false;
  for (const auto& [x, y] : points) {
    if (std::isfinite(y)) path += fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M", at_x(x), at_y(y));
    drawing = std::isfinite(y);
  }
  drawn_ += fmt::format(R"(<path class="{}" d="{}"{})", style, path, titled(title)) + (title.empty() ? "" : "</path>");
}

void Plot::dot(double x, double y, const char* style, double radius, const std::string& title) {
  if (!std::isfinite(y)) return;
  drawn_ += fmt::format(R"(<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"{})", style, at_x(x), at_y(y), radius,
                        titled(title)) +
            (title.empty() ? "" : "</circle>");
}

void Plot::box(double x0, double y0, double x1, double y1, const char* style, const std::string& title) {
  const double x = at_x(x0), y = at_y(std::max(y0, y1));
  drawn_ += fmt::format(R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"{})", style, x, y,
                        std::max(at_x(x1) - x, 0.3), at_y(std::min(y0, y1)) - y, titled(title)) +
            (title.empty() ? "" : "</rect>");
}

void Plot::band(const std::vector<double>& x, const std::vector<double>& low, const std::vector<double>& high) {
  std::string path;
  for (size_t i = 0; i < x.size(); ++i)
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", at_x(x[i]), at_y(high[i]));
  for (size_t i = x.size(); i-- > 0;) path += fmt::format("L{:.1f} {:.1f}", at_x(x[i]), at_y(low[i]));
  drawn_ += fmt::format(R"(<path class="band" d="{}Z"/>)", path);
}

size_t Plot::density(const Points& points) {
  constexpr size_t few = 1500;
  Cells cells;
  std::string dots;
  size_t outside = 0;
  for (const auto& [x, y] : points) {
    if (!inside(x, y)) ++outside;
    else if (points.size() <= few) dots += fmt::format("M{:.1f} {:.1f}h0", at_x(x), at_y(y));
    else ++cells[{part(at_x(x), kLeft, kRight, kColumns), part(at_y(y), kTop, kBottom, kRows)}];
  }
  drawn_ += dots.empty() ? draw(cells) : fmt::format(R"(<path class="points" d="{}"/>)", dots);
  return outside;
}

void Plot::vertical(double x, const char* style, const std::string& word, bool at_foot) {
  drawn_ +=
      fmt::format(R"(<line class="{0}" x1="{1:.1f}" x2="{1:.1f}" y1="{2}" y2="{3}"/>)", style, at_x(x), kTop, kBottom);
  const bool late = x > (x_.low + x_.high) / 2;
  if (!word.empty())
    drawn_ += fmt::format(R"(<text class="ink" x="{:.1f}" y="{}" text-anchor="{}">{}</text>)",
                          at_x(x) + (late ? -5 : 5), at_foot ? kBottom - 6 : kTop + 11, late ? "end" : "start", word);
}

void Plot::horizontal(double y, const char* style) {
  drawn_ +=
      fmt::format(R"(<line class="{0}" x1="{1}" x2="{2}" y1="{3:.1f}" y2="{3:.1f}"/>)", style, kLeft, kRight, at_y(y));
}

void Plot::rug(const std::vector<double>& values) {
  for (const double value : values)
    drawn_ += fmt::format(R"(<line class="rug" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>)", at_x(value), kBottom,
                          kBottom - 6);
}

std::string Plot::y_axis() const {
  const auto marks = ticks(y_.low, y_.high, y_.marks == Axis::Marks::whole);
  std::string svg;
  for (const double at : marks) {
    svg += fmt::format(R"(<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>)", kLeft, kRight, at_y(at));
    svg += fmt::format(R"(<text x="{}" y="{:.1f}" text-anchor="end">{}</text>)", kLeft - 6, at_y(at) + 4,
                       tick_text(at, step_of(marks, y_), y_.marks));
  }
  return svg + fmt::format(R"(<text x="4" y="11">{}</text>)", escape(shortened(y_.label, 44)));
}

std::string Plot::x_axis() const {
  std::string svg;
  const bool slanted = x_.names.size() > 4;
  for (size_t i = 0; i < x_.names.size(); ++i) {
    const double x = at_x(static_cast<double>(i)), y = kBottom + 15;
    svg += slanted
               ? fmt::format(R"svg(<text text-anchor="end" transform="translate({:.1f} {}) rotate(-32)">{}</text>)svg",
                             x + 4, y - 3, escape(shortened(x_.names[i], 12)))
               : fmt::format(R"(<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>)", x, y,
                             escape(shortened(x_.names[i], 11)));
  }
  if (!x_.names.empty()) return svg;
  const auto marks = ticks(x_.low, x_.high, x_.marks == Axis::Marks::whole);
  for (const double at : marks)
    svg += fmt::format(R"(<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>)", at_x(at), kBottom + 16,
                       tick_text(at, step_of(marks, x_), x_.marks));
  return svg + fmt::format(R"(<text x="{}" y="{}" text-anchor="middle">{}</text>)", (kLeft + kRight) / 2, kBottom + 32,
                           escape(shortened(x_.label, 44)));
}

std::string Plot::svg() const {
  return fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}">)", kWidth, kHeight, escape(label_)) +
         y_axis() + x_axis() + drawn_ + "</svg>";
}

}  // namespace reszoo::page

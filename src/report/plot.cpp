#include "plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "page.h"

namespace reszoo::page {
namespace {

/// The plotting area in the units of its viewBox.
constexpr double kLeft = 46, kRight = 342, kTop = 22, kBottom = 196, kWidth = 360, kHeight = 232;

bool are_finite(double x, double y) { return std::isfinite(x) && std::isfinite(y); }

std::string titled(const std::string& title) { return title.empty() ? "/>" : fmt::format("><title>{}</title>", title); }

/// The number of points in each cell of the plotting area.
constexpr int kColumns = 51, kRows = 29;
using Cells = std::map<std::pair<int64_t, int64_t>, int64_t>;

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
        fmt::format("M{:.1f} {:.1f}h{:.2f}v{:.2f}h-{:.2f}z", kLeft + static_cast<double>(cell.first) * w,
                    kBottom - static_cast<double>(cell.second + 1) * h, w, h, w);
  }
  std::string svg;
  for (size_t i = 0; i < shades; ++i)
    if (!paths[i].empty())
      svg += fmt::format(R"(<path class="cell" fill-opacity="{:.2f}" d="{}"/>)",
                         0.16 + 0.84 * static_cast<double>(i) / (shades - 1), paths[i]);
  return svg;
}

}  // namespace

Points thinned(const Points& points, size_t most) {
  if (points.size() <= most) return points;
  Points some;
  for (size_t i = 0; i < most; ++i) some.push_back(points[i * (points.size() - 1) / (most - 1)]);
  return some;
}

Plot::Plot(std::string label, Axis x, Axis y)
    : label_(std::move(label)), x_(drawable(std::move(x))), y_(drawable(std::move(y))) {}

double Plot::at_x(double x) const { return kLeft + x_.place(x) * (kRight - kLeft); }
double Plot::at_y(double y) const { return kBottom - y_.place(y) * (kBottom - kTop); }
bool Plot::inside(double x, double y) const { return x >= x_.low && x <= x_.high && y >= y_.low && y <= y_.high; }

void Plot::line(const Points& points, const char* style, const std::string& title) {
  std::string path;
  bool drawing = false;
  for (const auto& [x, y] : points) {
    const bool there = are_finite(x, y);
    if (there) path += fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M", at_x(x), at_y(y));
    drawing = there;
  }
  drawn_ += fmt::format(R"(<path class="{}" d="{}"{})", style, path, titled(title)) + (title.empty() ? "" : "</path>");
}

void Plot::dot(double x, double y, const char* style, double radius, const std::string& title) {
  if (!are_finite(x, y)) return;
  drawn_ += fmt::format(R"(<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"{})", style, at_x(x), at_y(y), radius,
                        titled(title)) +
            (title.empty() ? "" : "</circle>");
}

void Plot::box(double x0, double y0, double x1, double y1, const char* style, const std::string& title) {
  if (!are_finite(x0, y0) || !are_finite(x1, y1)) return;
  const double x = at_x(x0), y = at_y(std::max(y0, y1));
  drawn_ += fmt::format(R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"{})", style, x, y,
                        std::max(at_x(x1) - x, 0.3), at_y(std::min(y0, y1)) - y, titled(title)) +
            (title.empty() ? "" : "</rect>");
}

size_t Plot::density(const Points& points) {
  constexpr size_t few = 1500;
  Cells cells;
  std::string dots;
  size_t outside = 0;
  for (const auto& [x, y] : points) {
    if (!inside(x, y)) ++outside;
    else if (points.size() <= few) dots += fmt::format("M{:.1f} {:.1f}h0", at_x(x), at_y(y));
    else ++cells[{x_.bin(x, kColumns), y_.bin(y, kRows)}];
  }
  drawn_ += dots.empty() ? draw(cells) : fmt::format(R"(<path class="points" d="{}"/>)", dots);
  return outside;
}

void Plot::vertical(double x, const char* style, const std::string& word, bool at_foot) {
  if (!std::isfinite(x)) return;
  drawn_ +=
      fmt::format(R"(<line class="{0}" x1="{1:.1f}" x2="{1:.1f}" y1="{2}" y2="{3}"/>)", style, at_x(x), kTop, kBottom);
  const bool late = x_.place(x) > 0.5;
  if (!word.empty())
    drawn_ += fmt::format(R"(<text class="ink" x="{:.1f}" y="{}" text-anchor="{}">{}</text>)",
                          at_x(x) + (late ? -5 : 5), at_foot ? kBottom - 6 : kTop + 11, late ? "end" : "start", word);
}

void Plot::horizontal(double y, const char* style) {
  if (!std::isfinite(y)) return;
  drawn_ +=
      fmt::format(R"(<line class="{0}" x1="{1}" x2="{2}" y1="{3:.1f}" y2="{3:.1f}"/>)", style, kLeft, kRight, at_y(y));
}

void Plot::rug(const std::vector<double>& values) {
  for (const double value : values)
    if (std::isfinite(value))
      drawn_ += fmt::format(R"(<line class="rug" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>)", at_x(value), kBottom,
                            kBottom - 6);
}

std::string Plot::y_axis() const {
  const auto marks = ticks(y_);
  std::string svg;
  for (size_t i = 0; i < marks.at.size(); ++i) {
    const double y = at_y(marks.at[i]);
    svg += fmt::format(R"(<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>)", kLeft, kRight, y);
    svg += fmt::format(R"(<text x="{}" y="{:.1f}" text-anchor="end">{}</text>)", kLeft - 6, y + 4, marks.texts[i]);
  }
  return svg + fmt::format(R"(<text x="4" y="11">{}</text>)", escape(label_of(y_, marks)));
}

std::string Plot::x_names() const {
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
  return svg;
}

std::string Plot::x_axis() const {
  if (!x_.names.empty()) return x_names();
  const auto marks = ticks(x_);
  std::string svg;
  for (size_t i = 0; i < marks.at.size(); ++i)
    svg += fmt::format(R"(<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>)", at_x(marks.at[i]), kBottom + 16,
                       marks.texts[i]);
  return svg + fmt::format(R"(<text x="{}" y="{}" text-anchor="middle">{}</text>)", (kLeft + kRight) / 2, kBottom + 32,
                           escape(label_of(x_, marks)));
}

std::string Plot::svg() const {
  return fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}">)", kWidth, kHeight,
                     escape(shortened(label_, 120))) +
         y_axis() + x_axis() + drawn_ + "</svg>";
}

}  // namespace reszoo::page

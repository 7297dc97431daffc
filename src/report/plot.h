// Plots with axes, as SVG.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "axis.h"

namespace reszoo::page {

using Points = std::vector<std::pair<double, double>>;

/// Returns at most `most` of the points, including the first and the last.
Points thinned(const Points& points, size_t most);

/// A plot of any numbers. Later elements are drawn on top. Points outside the axes are clipped to them, except for
/// lines, whose points should lie inside. What is at NaN or at infinity is left out.
class Plot {
 public:
  /// `label` describes the plot for screen readers.
  Plot(std::string label, Axis x, Axis y);

  /// Draws a line through the points in this style, with a gap where one is not finite.
  void line(const Points& points, const char* style, const std::string& title = "");

  /// Draws a dot with a tooltip.
  void dot(double x, double y, const char* style, double radius, const std::string& title = "");

  /// Draws a box from corner to corner.
  void box(double x0, double y0, double x1, double y1, const char* style, const std::string& title = "");

  /// Draws the density of points: cells of a grid, darker for more points, and single points where there are few.
  /// Returns the number of points outside the axes.
  size_t density(const Points& points);

  /// Draws a vertical line across the whole plot, with a word at its top or bottom.
  void vertical(double x, const char* style, const std::string& word = "", bool at_foot = false);
  void horizontal(double y, const char* style);

  /// Draws short ticks on the x axis, one for each value.
  void rug(const std::vector<double>& values);

  std::string svg() const;

 private:
  double at_x(double x) const;
  double at_y(double y) const;
  bool inside(double x, double y) const;
  std::string x_names() const;
  std::string x_axis() const;
  std::string y_axis() const;

  std::string label_, drawn_;
  Axis x_, y_;
};

}  // namespace reszoo::page

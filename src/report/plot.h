// Drawings with axes, as SVG.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace reszoo::page {

/// What an axis runs over, and what it is called.
struct Axis {
  enum class Marks { number, whole, fraction, date };

  double low, high;
  std::string label = "";
  Marks marks = Marks::number;
  std::vector<std::string> names = {};  ///< of an x axis of words: those at 0, 1, 2, …
};

/// The axis of these values, with some room at both ends; any if none is finite.
Axis axis_of(const std::vector<double>& values, std::string label);

/// Marks on an axis: multiples of 1, 2 or 5 times a power of ten, at most seven.
std::vector<double> ticks(double low, double high, bool whole);

using Points = std::vector<std::pair<double, double>>;

/// At most `most` of the points, the first and the last among them.
Points thinned(const Points& points, size_t most);

/// A drawing. What is drawn later lies above; what lies outside is cut off at
/// the axes, except for lines, whose points should lie within.
class Plot {
 public:
  /// `label` says to a reader who hears the page what the drawing shows.
  Plot(std::string label, Axis x, Axis y);

  /// A line through the points in this style; at a y that is no number it breaks.
  void line(const Points& points, const char* style, const std::string& title = "");

  /// A dot each, with a text where the pointer rests.
  void dot(double x, double y, const char* style, double radius, const std::string& title = "");

  /// A box from corner to corner.
  void box(double x0, double y0, double x1, double y1, const char* style, const std::string& title = "");

  /// The area between two lines with the same x.
  void band(const std::vector<double>& x, const std::vector<double>& low, const std::vector<double>& high);

  /// How many points lie where: cells of a grid, darker for more; single points
  /// where there are few. Returns how many lie outside the axes.
  size_t density(const Points& points);

  /// A line across the whole drawing at an x, with a word at its head, or foot.
  void vertical(double x, const char* style, const std::string& word = "", bool at_foot = false);
  void horizontal(double y, const char* style);

  /// Short strokes on the x axis.
  void rug(const std::vector<double>& values);

  std::string svg() const;

 private:
  double at_x(double x) const;
  double at_y(double y) const;
  bool inside(double x, double y) const;
  std::string x_axis() const;
  std::string y_axis() const;

  std::string label_, drawn_;
  Axis x_, y_;
};

}  // namespace reszoo::page

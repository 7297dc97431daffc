#include "tree_bins.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <queue>

#include "reszoo/base/error.h"
#include "sorted_numbers.h"

namespace reszoo {
namespace {

// As in scikit-learn: two numbers closer than this are equal, and an impurity below this is zero.
constexpr float kFeatureThreshold = 1e-7f;
constexpr double kImpurityEpsilon = std::numeric_limits<double>::epsilon();

/// Sums over rows of y: the number of rows, and either the sum and the sum of squares, or the number of rows of each
/// class.
struct LabelSums {
  explicit LabelSums(size_t classes) : counts(classes, 0) {}

  void add(double y, double sign) {
    rows += sign;
    if (counts.empty()) {
      sum += sign * y;
      squares += sign * y * y;
    } else {
      counts[static_cast<size_t>(y)] += sign;
    }
  }

  /// Returns the mean squared error, or the Gini impurity.
  double impurity() const {
    if (counts.empty()) return squares / rows - (sum / rows) * (sum / rows);
    double same = 0;
    for (const double count : counts) same += count * count;
    return 1 - same / (rows * rows);
  }

  /// Returns the criterion of a split, to be maximised as a sum over both sides.
  double criterion() const { return counts.empty() ? sum * sum / rows : -rows * impurity(); }

  double rows = 0, sum = 0, squares = 0;
  std::vector<double> counts;
};

constexpr uint64_t kRowBits = std::numeric_limits<uint32_t>::max();

/// Returns the rows in ascending order of x, in the low 32 bits; rows with equal numbers keep their order.
std::vector<uint64_t> ascending_rows(const std::vector<float>& x) {
  if (x.size() > kRowBits) fail(ErrorKind::input, "tree_bins: at most {} rows, got {}", kRowBits, x.size());
  constexpr uint32_t sign = uint32_t{1} << 31;
  std::vector<uint64_t> rows(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const auto bits = std::bit_cast<uint32_t>(x[i] + 0.0f);  // -0 is 0
    rows[i] = uint64_t{bits & sign ? ~bits : bits | sign} << 32 | i;
  }
  detail::sort_keys(rows.data(), std::ssize(rows), /*first_byte=*/4);
  return rows;
}

/// The rows [begin, end) in the order of x, and their best split.
struct TreeLeaf {
  size_t begin = 0, end = 0, cut = 0;  // cut == end: no split
  double gain = 0;
  bool operator<(const TreeLeaf& other) const { return gain < other.gain; }
};

class ColumnTree {
 public:
  ColumnTree(const std::vector<float>& x, const std::vector<double>& y, const TreeBinsOptions& options)
      : options_(options), x_(x.size()), y_(y.size()) {
    const auto order = ascending_rows(x);
    for (size_t i = 0; i < order.size(); ++i) {
      const auto row = order[i] & kRowBits;
      x_[i] = x[row];
      y_[i] = y[row];
    }
    if (options.classification) classes_ = count_classes();
  }

  std::vector<float> thresholds() const {
    std::vector<float> found;
    std::priority_queue<TreeLeaf> leaves;
    leaves.push(best_cut(0, x_.size()));
    while (!leaves.empty() && static_cast<int64_t>(found.size()) < options_.bins - 1) {
      const auto leaf = leaves.top();
      leaves.pop();
      if (leaf.cut == leaf.end) continue;
      found.push_back(threshold(leaf.cut));
      leaves.push(best_cut(leaf.begin, leaf.cut));
      leaves.push(best_cut(leaf.cut, leaf.end));
    }
    return found;
  }

 private:
  size_t count_classes() const {
    double highest = 0;
    for (const double y : y_) {
      if (!(y >= 0) || y != std::floor(y)) fail(ErrorKind::input, "tree_bins: classes must be 0, 1, …, got {}", y);
      highest = std::max(highest, y);
    }
    return static_cast<size_t>(highest) + 1;
  }

  TreeLeaf best_cut(size_t begin, size_t end) const {
    TreeLeaf leaf{begin, end, end};
    const auto least = static_cast<size_t>(options_.min_samples_leaf);
    LabelSums left(classes_), right(classes_);
    for (size_t i = begin; i < end; ++i) right.add(y_[i], 1);
    const double impurity = right.impurity();
    if (end - begin < 2 * least || end - begin < 2 || impurity <= kImpurityEpsilon) return leaf;
    double best = -std::numeric_limits<double>::infinity();
    for (size_t i = begin + 1; i < end; ++i) {
      left.add(y_[i - 1], 1);
      right.add(y_[i - 1], -1);
      if (x_[i] <= x_[i - 1] + kFeatureThreshold || i - begin < least || end - i < least) continue;
      if (const double criterion = left.criterion() + right.criterion(); criterion > best) {
        best = criterion;
        leaf.cut = i;
        const double children = left.rows * left.impurity() + right.rows * right.impurity();
        leaf.gain = (static_cast<double>(end - begin) * impurity - children) / static_cast<double>(x_.size());
      }
    }
    if (leaf.gain + kImpurityEpsilon < options_.min_impurity_decrease) leaf.cut = leaf.end;
    if (leaf.cut == leaf.end) leaf.gain = 0;
    return leaf;
  }

  /// Returns the midpoint of the numbers on both sides, or the left number if rounding makes the midpoint equal to the
  /// right one.
  float threshold(size_t cut) const {
    const double below = x_[cut - 1], above = x_[cut], middle = below / 2 + above / 2;
    return static_cast<float>(middle == above || std::isinf(middle) ? below : middle);
  }

  const TreeBinsOptions& options_;
  std::vector<float> x_;
  std::vector<double> y_;
  size_t classes_ = 0;
};

}  // namespace

std::vector<float> tree_thresholds(const std::vector<float>& x, const std::vector<double>& y,
                                   const TreeBinsOptions& options) {
  return ColumnTree(x, y, options).thresholds();
}

}  // namespace reszoo

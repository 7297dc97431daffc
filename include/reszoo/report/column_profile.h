/// Summary statistics of a table column.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

struct ColumnProfile {
  std::string name;
  std::string kind;  ///< "number", "date", "category"; the caller may use other words
  int64_t rows = 0;
  int64_t missing = 0;    ///< number of rows without a value
  int64_t different = 0;  ///< number of distinct values, excluding missing ones
  /// For numbers, and dates as days: minimum, median and maximum of the finite values, if there are any.
  double low = 0, middle = 0, high = 0;
  std::vector<int64_t> histogram = {};  ///< for numbers: finite values in bins of equal width from low to high
  /// For text: the most frequent words and their number of rows.
  std::vector<std::pair<std::string, int64_t>> top = {};
};

/// Computes the profile of a column.
/// Shape: at most `bins` bins, or one per value if the range holds fewer integers than that; at most `words` words.
ColumnProfile profile_of(const Column& column, int64_t bins = 24, int64_t words = 5);

}  // namespace reszoo

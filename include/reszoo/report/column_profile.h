/// What a column of a table holds, in a few figures.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

struct ColumnProfile {
  std::string name;
  std::string kind;  ///< "number", "date", "category"; the caller may say more
  int64_t rows = 0;
  int64_t missing = 0;                   ///< rows
  int64_t different = 0;                 ///< values, missing ones aside
  double low = 0, middle = 0, high = 0;  ///< of numbers, and dates as days: least, median, greatest finite value
  std::vector<int64_t> histogram = {};   ///< of numbers: rows in bins of equal width from low to high
  std::vector<std::pair<std::string, int64_t>> top = {};  ///< of text: the most frequent words and their rows
};

/// Shape: at most `bins` bins, one a value if there are fewer whole numbers in the
/// range; at most `words` words.
ColumnProfile profile_of(const Column& column, int64_t bins = 24, int64_t words = 5);

}  // namespace reszoo

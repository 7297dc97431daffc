#include <algorithm>
#include <numeric>

#include "reszoo/base/error.h"
#include "split_parts.h"

namespace reszoo::detail {
namespace {

/// All rows by time.
class Timeline {
 public:
  Timeline(int64_t rows, const SplitRule& rule) : order_(static_cast<size_t>(rows)) {
    std::iota(order_.begin(), order_.end(), 0);
    order_ = by_key(std::move(order_), rule);
    for (const auto& run : runs_of(order_, rule)) borders_.push_back(borders_.back() + std::ssize(run));
  }

  int64_t rows() const { return std::ssize(order_); }

  /// Returns the number of different times.
  int64_t times() const { return std::ssize(borders_) - 1; }

  /// Returns the number of times, from `first` to `last`, that together have the number of rows nearest to `wanted`.
  int64_t times_of(int64_t wanted, int64_t first, int64_t last) const {
    const auto begin = borders_.begin() + first, end = borders_.begin() + last;
    const auto above = std::lower_bound(begin, end, wanted);
    const bool below = above != begin && wanted - *(above - 1) <= *above - wanted;
    return above - borders_.begin() - below;
  }

  /// Returns the number of rows of the first `times` times.
  int64_t rows_of(int64_t times) const { return borders_[static_cast<size_t>(times)]; }

  /// Returns the rows of the times from `first` to before `last`.
  Tensor cut(int64_t first, int64_t last) const {
    return ascending(Rows(order_.begin() + rows_of(first), order_.begin() + rows_of(last)));
  }

 private:
  Rows order_;
  std::vector<int64_t> borders_{0};  // the number of rows of the first 0, 1, 2, … times
};

void check_times(const Timeline& line, int64_t needed, const std::string& what, const SplitRule& rule) {
  if (line.times() < needed)
    fail(ErrorKind::input, "time column \"{}\": {} need {} different times, got {}; split by another column",
         rule.name(), what, needed, line.times());
}

int64_t share_of(int64_t rows, double fraction) { return static_cast<int64_t>(static_cast<double>(rows) * fraction); }

}  // namespace

Split split_times(int64_t rows, double validation, double test, const SplitRule& rule) {
  const Timeline line(rows, rule);
  const int64_t validates = validation > 0, tests = test > 0, parts = 1 + validates + tests;
  check_times(line, parts, fmt::format("{} parts", parts), rule);
  const auto end = line.times();
  const auto test_begin = tests ? line.times_of(rows - share_of(rows, test), 1 + validates, end - 1) : end;
  const auto wanted = line.rows_of(test_begin) - share_of(rows, validation);
  const auto validation_begin = validates ? line.times_of(wanted, 1, test_begin - 1) : test_begin;
  return {line.cut(0, validation_begin), line.cut(validation_begin, test_begin), line.cut(test_begin, end)};
}

std::vector<Fold> time_folds(int64_t rows, int64_t count, const SplitRule& rule) {
  const Timeline line(rows, rule);
  check_times(line, count + 1, fmt::format("{} folds", count), rule);
  std::vector<int64_t> begins;
  for (int64_t fold = 1; fold <= count; ++fold) {
    const auto earliest = begins.empty() ? 1 : begins.back() + 1;
    begins.push_back(line.times_of(rows * fold / (count + 1), earliest, line.times() - 1 - (count - fold)));
  }
  begins.push_back(line.times());
  std::vector<Fold> all;
  for (size_t i = 0; i + 1 < begins.size(); ++i)
    all.push_back({line.cut(0, begins[i]), line.cut(begins[i], begins[i + 1])});
  return all;
}

}  // namespace reszoo::detail

// Splits tables with more rows than an order of all rows is worth the memory.
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "reszoo/base/random.h"
#include "reszoo/base/spilled.h"
#include "split_parts.h"

namespace reszoo::detail {
namespace {

constexpr int64_t kReleasedRows = int64_t{1} << 22;  // after so many rows, pages are released

/// The rows of a key that were not drawn yet, and those that two parts still need of them.
struct Draw {
  int64_t rows = 0, test = 0, validation = 0;
};

/// The rows of a part, which are written one after the other.
class PartRows {
 public:
  explicit PartRows(int64_t rows) : rows_(room_for({rows}, torch::kInt64)), next_(rows_.mutable_data_ptr<int64_t>()) {}
  void add(int64_t row) { *next_++ = row; }
  const Tensor& rows() const { return rows_; }

 private:
  Tensor rows_;
  int64_t* next_;
};

using Draws = std::unordered_map<double, Draw>;

/// Returns the key of a row; 0 if there are none.
double key_of(const SplitRule& rule, int64_t row) {
  return rule.keys().defined() ? rule.keys().const_data_ptr<double>()[row] : 0;
}

Draws needed_draws(int64_t rows, double validation, double test, const SplitRule& rule) {
  Draws draws;
  if (!rule.keys().defined()) draws[0].rows = rows;
  for (int64_t row = 0; rule.keys().defined() && row < rows; ++row) {
    ++draws[key_of(rule, row)].rows;
    if (row % kReleasedRows == 0) release_pages(rule.keys());
  }
  for (auto& [key, draw] : draws) {
    const auto share = [count = static_cast<double>(draw.rows)](double part) { return std::llround(count * part); };
    draw.test = share(test);
    draw.validation = share(test + validation) - draw.test;
  }
  return draws;
}

}  // namespace

Split split_in_passing(int64_t rows, double validation, double test, const SplitRule& rule, uint64_t seed) {
  auto draws = needed_draws(rows, validation, test, rule);
  Draw all;
  for (const auto& [key, draw] : draws) {
    all.test += draw.test;
    all.validation += draw.validation;
  }
  PartRows train(rows - all.test - all.validation), held(all.validation), tested(all.test);
  Random random(seed, /*epoch=*/-1);
  for (int64_t row = 0; row < rows; ++row) {
    auto& draw = draws[key_of(rule, row)];
    const double place = random.uniform() * static_cast<double>(draw.rows--);
    if (place < static_cast<double>(draw.test)) {
      tested.add(row);
      --draw.test;
    } else if (place < static_cast<double>(draw.test + draw.validation)) {
      held.add(row);
      --draw.validation;
    } else {
      train.add(row);
    }
    if (row % kReleasedRows == 0)
      for (const auto& used : {train.rows(), held.rows(), tested.rows(), rule.keys()}) release_pages(used);
  }
  return {train.rows(), held.rows(), tested.rows()};
}

}  // namespace reszoo::detail

#include "column_summary.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "sorted_numbers.h"
#include "table_tensors.h"

namespace reszoo {
namespace {

/// Returns a quantile of values in ascending order, as NumPy does.
double quantile_of(const Tensor& sorted, double level) {
  const auto place = level * static_cast<double>(sorted.size(0) - 1);
  const auto* values = sorted.const_data_ptr<double>();
  const double a = values[static_cast<int64_t>(std::floor(place))], b = values[static_cast<int64_t>(std::ceil(place))];
  return std::lerp(a, b, place - std::floor(place));
}

/// Sets the edges of the bins, and counts the values in them.
void add_bins(ColumnSummary& summary, const Tensor& sorted) {
  for (int tenth = 1; tenth < 10; ++tenth) summary.edges.push_back(quantile_of(sorted, tenth / 10.0));
  summary.edges.erase(std::unique(summary.edges.begin(), summary.edges.end()), summary.edges.end());
  const auto ends = torch::searchsorted(sorted, torch::tensor(summary.edges, torch::kFloat64), false, /*right=*/true);
  int64_t begin = 0;
  for (int64_t i = 0; i <= ends.size(0); ++i) {
    const auto end = i < ends.size(0) ? ends[i].item<int64_t>() : sorted.size(0);
    summary.counts.push_back(end - begin);
    begin = end;
  }
}

double missing_share(const Column& column) {
  return static_cast<double>(count_true(column.missing())) / static_cast<double>(column.size());
}

}  // namespace

ColumnSummary summary_of_numbers(const Column& column, const char* kind) {
  ColumnSummary summary{.name = column.name, .kind = kind, .missing = missing_share(column)};
  const auto sorted = detail::sorted_numbers(column.numbers);
  for (const double level : {0.0, 0.25, 0.5, 0.75, 1.0}) summary.quantiles.push_back(quantile_of(sorted, level));
  add_bins(summary, sorted);
  return summary;
}

ColumnSummary summary_of_words(const Column& column, const WordCounts& counts, int64_t least) {
  ColumnSummary summary{.name = column.name, .kind = "category", .missing = missing_share(column)};
  for (size_t i = 0; i < counts.words.size(); ++i) {
    if (counts.rows[i] < least) {
      summary.rare += counts.rows[i];
      continue;
    }
    summary.words.push_back(counts.words[i]);
    summary.counts.push_back(counts.rows[i]);
  }
  return summary;
}

}  // namespace reszoo

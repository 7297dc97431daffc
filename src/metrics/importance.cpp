#include "reszoo/metrics/importance.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "reszoo/base/error.h"
#include "reszoo/base/permutation.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo {
namespace {

constexpr int64_t kMostPermuted = int64_t{1} << 22;  // rows; of more a sample is drawn without their permutation

/// Returns the values of a column of either kind.
Tensor& values_of(Column& column) { return column.kind == Column::Kind::number ? column.numbers : column.codes; }

/// Throws for a name that no column has.
Column& column_of(Frame& table, const std::string& name) {
  table.at(name);
  return *std::find_if(table.columns.begin(), table.columns.end(), [&](const auto& c) { return c.name == name; });
}

/// Removes the words that no row has.
Column without_other_words(const Column& column) {
  if (column.kind == Column::Kind::number) return column;
  Column some{.name = column.name, .kind = column.kind, .numbers = {}, .codes = {}, .words = {}, .date = column.date};
  const auto [used, place, unused] = at::_unique2(column.codes, /*sorted=*/true, /*return_inverse=*/true);
  const bool missing = used.size(0) > 0 && used[0].item<int64_t>() < 0;
  some.codes = missing ? place - 1 : place;
  for (int64_t i = missing; i < used.size(0); ++i)
    some.words.push_back(column.words[static_cast<size_t>(used[i].item<int64_t>())]);
  return some;
}

std::vector<Tensor> permutations_of(const ImportanceOptions& options, int64_t rows) {
  if (options.repeats < 1)
    fail(ErrorKind::usage, "permutation_importance: needs a repeat, got repeats={}", options.repeats);
  for (const auto& order : options.permutations)
    if (order.numel() != rows)
      fail(ErrorKind::usage, "permutation_importance: a permutation must be of {} rows, got {}", rows, order.numel());
  if (!options.permutations.empty()) return options.permutations;
  std::vector<Tensor> orders;
  for (int64_t repeat = 0; repeat < options.repeats; ++repeat)
    orders.push_back(permutation(rows, options.seed, repeat));
  return orders;
}

ColumnImportance in_short(std::string column, std::vector<double> repeats) {
  ColumnImportance result{.column = std::move(column), .repeats = std::move(repeats)};
  const auto count = static_cast<double>(result.repeats.size());
  for (const double worse : result.repeats) result.mean += worse / count;
  for (const double worse : result.repeats) result.deviation += (worse - result.mean) * (worse - result.mean) / count;
  result.deviation = std::sqrt(result.deviation);
  return result;
}

/// Returns a quantile of ascending values, interpolated like SciPy's mquantiles (alphap = betap = 0.4).
double mquantile(const Tensor& sorted, double fraction) {
  const auto n = static_cast<double>(sorted.size(0));
  const double place = std::clamp(n * fraction + 0.4 + 0.2 * fraction, 1.0, n);
  const auto below = std::min(static_cast<int64_t>(place), std::max<int64_t>(sorted.size(0) - 1, 1));
  const double part = std::clamp(place - static_cast<double>(below), 0.0, 1.0);
  const auto at = [&](int64_t i) { return sorted[std::min(i, sorted.size(0) - 1)].item<double>(); };
  return (1 - part) * at(below - 1) + part * at(below);
}

std::vector<double> list_of(const Tensor& numbers) {
  const auto flat = numbers.contiguous();
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

Tensor grid_of_numbers(const Tensor& sorted, int64_t points) {
  const auto different = std::get<0>(at::_unique2(sorted));
  if (different.size(0) < points) return different;
  double low = mquantile(sorted, 0.05), high = mquantile(sorted, 0.95);
  if (!(high > low)) {
    low = sorted[0].item<double>();
    high = sorted[-1].item<double>();
  }
  // Halves, where the range itself would be infinite.
  return std::isfinite(high - low) ? at::linspace(low, high, points, at::kDouble)
                                   : at::linspace(low / 2, high / 2, points, at::kDouble) * 2;
}

/// Returns the codes of the most frequent words.
Tensor grid_of_words(const Tensor& codes, int64_t most) {
  const auto [different, unused, count] = at::_unique2(codes, true, false, /*return_counts=*/true);
  const auto order = std::get<1>(count.sort(/*stable=*/true, /*dim=*/0, /*descending=*/true));
  return different.index_select(0, order.slice(0, 0, most));
}

/// Returns the grid points in the column's own representation, and stores their names in `result`.
Tensor describe_grid(const Column& column, const DependenceOptions& options, PartialDependence& result) {
  const auto present = column.kind == Column::Kind::number ? column.numbers.isfinite() : column.missing().logical_not();
  if (!present.any().item<bool>()) fail(ErrorKind::input, "column \"{}\": has no value to set", column.name);
  if (column.kind == Column::Kind::text) {
    const auto grid = grid_of_words(column.codes.masked_select(present), options.categories);
    for (int64_t i = 0; i < grid.size(0); ++i)
      result.words.push_back(column.words[static_cast<size_t>(grid[i].item<int64_t>())]);
    return grid;
  }
  const auto sorted = std::get<0>(column.numbers.masked_select(present).sort());
  for (int tenth = 1; tenth < 10; ++tenth) result.deciles.push_back(mquantile(sorted, tenth / 10.0));
  const auto grid = grid_of_numbers(sorted, options.points);
  result.values = list_of(grid);
  return grid;
}

}  // namespace

Frame sample_rows(const FrameRows& table, int64_t rows, uint64_t seed) {
  if (table.size() <= rows) return table.frame();
  const auto chosen = table.size() > kMostPermuted
                          ? random_sample(table.size(), rows, seed, -1)
                          : std::get<0>(permutation(table.size(), seed, -1).slice(0, 0, rows).sort());
  Frame sample;
  for (const auto& column : table.some(chosen).frame().columns) sample.columns.push_back(without_other_words(column));
  return sample;
}

std::vector<ColumnImportance> permutation_importance(const Frame& table, const std::vector<std::string>& columns,
                                                     const FrameMetrics& metrics, const ImportanceOptions& options) {
  if (table.rows() == 0) fail(ErrorKind::input, "permutation_importance: the table has no rows");
  auto sample = sample_rows(table, options.rows, options.seed);
  const auto orders = permutations_of(options, sample.rows());
  const auto value_of = [&](const Frame& rows) { return options.monitor.value_of(metrics(rows)); };
  const double base = value_of(sample), sense = options.monitor.greater_is_better ? 1 : -1;
  std::vector<ColumnImportance> importance;
  for (const auto& name : columns) {
    auto& values = values_of(column_of(sample, name));
    const auto kept = values;
    std::vector<double> worse;
    for (const auto& order : orders) {
      values = kept.index_select(0, order);
      worse.push_back(sense * (base - value_of(sample)));
    }
    values = kept;
    importance.push_back(in_short(name, std::move(worse)));
  }
  return importance;
}

std::vector<ColumnImportance> by_importance(std::vector<ColumnImportance> columns) {
  const auto rank = [](const ColumnImportance& column) { return std::isnan(column.mean) ? -INFINITY : column.mean; };
  std::stable_sort(columns.begin(), columns.end(), [&](const auto& a, const auto& b) { return rank(a) > rank(b); });
  return columns;
}

PartialDependence partial_dependence(const Frame& table, const std::string& column, const FramePredictions& predictions,
                                     const DependenceOptions& options) {
  if (options.points < 2 || options.categories < 1)
    fail(ErrorKind::usage, "partial_dependence: needs 2 points and a category, got points={}, categories={}",
         options.points, options.categories);
  auto sample = sample_rows(table, options.rows, options.seed);
  auto& changed = column_of(sample, column);
  if (holds_dates(changed)) changed = as_dates(changed);
  PartialDependence result{.column = column, .dates = changed.date};
  // The grid is computed on the sampled rows, like the means.
  const auto grid = describe_grid(changed, options, result);
  std::vector<Tensor> each;
  for (int64_t i = 0; i < grid.size(0); ++i) {
    values_of(changed) = grid[i].expand({sample.rows()}).contiguous();
    const auto given = predictions(sample).detach().to(at::kCPU, at::kDouble);
    const auto rows = given.reshape({sample.rows(), -1});
    each.push_back(options.individual ? rows : rows.mean(0));
  }
  result.mean = at::stack(each);
  if (options.individual) {
    result.individual = result.mean;
    result.mean = result.individual.mean(1);
  }
  return result;
}

}  // namespace reszoo

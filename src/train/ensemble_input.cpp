#include "train/ensemble_input.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <numeric>

#include "kernels/gemm.h"
#include "kernels/parallel_ranges.h"
#include "train/tabular_fused.h"

namespace reszoo::detail {
namespace {

int32_t* integers(const Tensor& tensor) { return static_cast<int32_t*>(tensor.mutable_data_ptr()); }

/// The place of a bin's feature, as in PiecewiseLinearBins: the last bin is the last feature.
int64_t feature_of(int64_t bin, int64_t bins, int64_t most_bins) { return bin + 1 == bins ? most_bins - 1 : bin; }

/// Returns the bin of a value; the first and the last bin have no outer limit.
int32_t bin_of(const std::vector<float>& edges, float value) {
  int32_t bin = 0;
  for (size_t i = 1; i + 1 < edges.size(); ++i) bin += static_cast<int32_t>(value >= edges[i]);
  return bin;
}

/// Returns the category of a code, or that for unknown ones.
int32_t category_of(float code, int64_t cardinality) {
  const bool known = code >= 0 && code < static_cast<float>(cardinality);
  const auto category = known ? static_cast<int32_t>(code) : 0;
  return known && static_cast<float>(category) == code ? category : static_cast<int32_t>(cardinality);
}

void add_row(const float* from, float factor, int64_t width, float* to) {
  for (int64_t i = 0; i < width; ++i) to[i] += factor * from[i];
}

}  // namespace

void EnsembleInput::take(const Tensor& all) {
  *this = EnsembleInput();
  rows = all.size(0);
  plain = all;
  plain_count = features = all.size(1);
  starts_of = {0};
}

void EnsembleInput::fit(const TableColumns& columns, int64_t row_count) {
  rows = row_count;
  numbers = columns.embedded();
  embedded_width = columns.width;
  plain_count = columns.plain;
  features = embedded() + plain_count +
             std::accumulate(columns.cardinalities.begin(), columns.cardinalities.end(), int64_t{0});
  edges.clear();
  starts_of = {0};
  most_bins = 0;
  for (const auto& bins : columns.bins) {
    edges.emplace_back(bins.begin(), bins.end());
    starts_of.push_back(starts_of.back() + static_cast<int32_t>(bins.size()));
    most_bins = std::max(most_bins, static_cast<int64_t>(bins.size()) - 1);
  }
  for (const auto cardinality : columns.cardinalities)
    starts_of.push_back(starts_of.back() + static_cast<int32_t>(cardinality) + 1);
  matrix_rows = starts_of.back();
  const auto count = static_cast<int64_t>(starts_of.size()) - 1;
  fit_tensor(index, {rows, count}, at::kInt);
  fit_tensor(order, {count, rows}, at::kInt);
  fit_tensor(begins, {matrix_rows + 1}, at::kInt);
  fit_tensor(fraction, {rows, numbers});
  fit_tensor(ordered_fraction, {numbers, rows});
  fit_tensor(plain, {rows, plain_count});
  fit_tensor(knots, {knot_count(), embedded_width});
}

/// The embedding at a knot is that of its value; bins below it are full, and those above it empty.
void EnsembleInput::write_knots(const EmbeddingTensors& embedding) {
  auto* knot = data(knots);
  for (int64_t number = 0; number < numbers; ++number) {
    const auto& values = edges[static_cast<size_t>(number)];
    const auto *weight = detail::read(embedding.weight) + number * embedded_width,
               *bias = detail::read(embedding.bias) + number * embedded_width,
               *bins = detail::read(embedding.bins) + number * most_bins * embedded_width;
    const auto bin_count = static_cast<int64_t>(values.size()) - 1;
    std::vector<float> below(static_cast<size_t>(embedded_width), 0.0f);
    for (int64_t i = 0; i <= bin_count; ++i, knot += embedded_width) {
      for (int64_t j = 0; j < embedded_width; ++j)
        knot[j] = values[static_cast<size_t>(i)] * weight[j] + bias[j] + below[static_cast<size_t>(j)];
      if (i < bin_count)
        add_row(bins + feature_of(i, bin_count, most_bins) * embedded_width, 1, embedded_width, below.data());
    }
  }
}

/// Sorts the rows by the row of the matrix that they select in a column.
void EnsembleInput::sort_column(size_t column) {
  const auto first = starts_of[column], last = starts_of[column + 1];
  const auto count = static_cast<int64_t>(starts_of.size()) - 1;
  const auto* selects = integers(index) + column;
  std::vector<int32_t> next(static_cast<size_t>(last - first) + 1, 0);
  for (int64_t row = 0; row < rows; ++row) ++next[static_cast<size_t>(selects[row * count] - first) + 1];
  next[0] = static_cast<int32_t>(static_cast<int64_t>(column) * rows);
  for (size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
  std::copy(next.begin(), next.end() - 1, integers(begins) + first);
  const auto number = static_cast<int64_t>(column);
  for (int64_t row = 0; row < rows; ++row) {
    const auto place = next[static_cast<size_t>(selects[row * count] - first)]++;
    integers(order)[place] = static_cast<int32_t>(row);
    if (number < numbers) data(ordered_fraction)[place] = detail::read(fraction)[row * numbers + number];
  }
}

void EnsembleInput::read_column(const TableColumns& columns, size_t column, const float* x, int64_t stride) {
  const auto number = static_cast<int64_t>(column);
  const auto count = static_cast<int64_t>(starts_of.size()) - 1;
  const auto first = starts_of[column];
  auto* to = integers(index) + column;
  if (number < numbers) {
    const auto& bounds = edges[column];
    for (int64_t row = 0; row < rows; ++row) {
      const float value = x[row * stride + number];
      const auto bin = bin_of(bounds, value);
      const float low = bounds[static_cast<size_t>(bin)], high = bounds[static_cast<size_t>(bin) + 1];
      to[row * count] = first + bin;
      data(fraction)[row * numbers + number] = (value - low) / (high - low);
    }
  } else {
    const auto cardinality = columns.cardinalities[column - static_cast<size_t>(numbers)];
    for (int64_t row = 0; row < rows; ++row)
      to[row * count] = first + category_of(x[row * stride + number + plain_count], cardinality);
  }
  sort_column(column);
}

void EnsembleInput::read(const TableColumns& columns, const EmbeddingTensors& embedding, const Tensor& x) {
  fit(columns, x.size(0));
  write_knots(embedding);
  const auto* from = detail::read(x);
  const auto stride = x.size(1);
  const auto count = static_cast<int64_t>(starts_of.size()) - 1;
  kernels::parallel_ranges(at::get_num_threads(), count, count * rows, [&](int64_t begin, int64_t end) {
    for (auto column = begin; column < end; ++column) read_column(columns, static_cast<size_t>(column), from, stride);
  });
  integers(begins)[matrix_rows] = static_cast<int32_t>(count * rows);
  for (int64_t row = 0; row < rows; ++row)
    std::copy_n(from + row * stride + numbers, plain_count, data(plain) + row * plain_count);
}

kernels::SelectedRows EnsembleInput::selected() const {
  const auto count = static_cast<int64_t>(starts_of.size()) - 1;
  if (count == 0) return {.rows = rows};
  return {.rows = rows,
          .numbers = numbers,
          .columns = count,
          .index = integers(index),
          .fraction = detail::read(fraction),
          .order = integers(order),
          .ordered_fraction = detail::read(ordered_fraction),
          .begins = integers(begins),
          .starts = starts_of.data()};
}

void EnsembleInput::write_matrix(const float* layer, int64_t width, float* matrix) const {
  for (size_t i = 0; i < static_cast<size_t>(numbers); ++i)
    kernels::multiply({detail::read(knots) + starts_of[i] * embedded_width, embedded_width, 1},
                      layer + static_cast<int64_t>(i) * embedded_width * width, matrix + starts_of[i] * width,
                      {starts_of[i + 1] - starts_of[i], width, embedded_width});
  const auto* category = layer + (embedded() + plain_count) * width;
  for (auto i = static_cast<size_t>(numbers); i + 1 < starts_of.size(); ++i) {
    const auto cardinality = starts_of[i + 1] - starts_of[i] - 1;
    auto* end = std::copy_n(category, cardinality * width, matrix + starts_of[i] * width);
    std::fill_n(end, width, 0.0f);
    category += cardinality * width;
  }
}

void EnsembleInput::matrix_backward(const float* gradient, int64_t width, float* layer_gradient) const {
  for (size_t i = 0; i < static_cast<size_t>(numbers); ++i)
    kernels::multiply({detail::read(knots) + starts_of[i] * embedded_width, 1, embedded_width},
                      gradient + starts_of[i] * width,
                      layer_gradient + static_cast<int64_t>(i) * embedded_width * width,
                      {embedded_width, width, starts_of[i + 1] - starts_of[i]});
  auto* category = layer_gradient + (embedded() + plain_count) * width;
  for (auto i = static_cast<size_t>(numbers); i + 1 < starts_of.size(); ++i)
    category = std::copy_n(gradient + starts_of[i] * width, (starts_of[i + 1] - starts_of[i] - 1) * width, category);
}

void EnsembleInput::knots_backward(const float* gradient, const float* layer, int64_t width,
                                   float* knot_gradient) const {
  for (size_t i = 0; i < static_cast<size_t>(numbers); ++i)
    kernels::multiply(
        {gradient + starts_of[i] * width, width, 1}, layer + static_cast<int64_t>(i) * embedded_width,
        knot_gradient + starts_of[i] * embedded_width,
        {.rows = starts_of[i + 1] - starts_of[i], .columns = embedded_width, .depth = width, .b_stride = features});
}

void EnsembleInput::embedding_backward(const float* knot_gradient, const EmbeddingTensors& gradients) const {
  for (const auto& tensor : {gradients.weight, gradients.bias, gradients.bins})
    if (tensor.defined()) std::fill_n(data(tensor), tensor.numel(), 0.0f);
  const auto width = embedded_width;
  for (int64_t number = 0; number < numbers; ++number) {
    const auto& values = edges[static_cast<size_t>(number)];
    const auto bin_count = static_cast<int64_t>(values.size()) - 1;
    std::vector<float> above(static_cast<size_t>(width), 0.0f);
    for (auto knot = bin_count; knot >= 0; --knot) {
      if (knot < bin_count && gradients.bins.defined())
        add_row(above.data(), 1, width,
                data(gradients.bins) + (number * most_bins + feature_of(knot, bin_count, most_bins)) * width);
      const auto* g = knot_gradient + (starts_of[static_cast<size_t>(number)] + knot) * width;
      if (gradients.weight.defined())
        add_row(g, values[static_cast<size_t>(knot)], width, data(gradients.weight) + number * width);
      if (gradients.bias.defined()) add_row(g, 1, width, data(gradients.bias) + number * width);
      add_row(g, 1, width, above.data());
    }
  }
}

}  // namespace reszoo::detail

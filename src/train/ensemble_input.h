/// The rows of a table as the input layer of a k-ensemble reads them.
#pragma once
#include "kernels/table_rows.h"
#include "train/tabular_plan.h"

namespace reszoo::detail {

/// The input of the first linear layer. Its features are those of embedded numbers, then plain numbers, then one-hot
/// categories. Only plain numbers are computed; the others select rows of a matrix, which has for each embedded number
/// the layer's output at its knots, the edges of its bins, and for each category its column of the weight. One more row
/// per column of categories, of zeros, is for unknown ones.
struct EnsembleInput {
  /// Reads the columns of x. Shape: (N, columns).
  void read(const TableColumns& columns, const EmbeddingTensors& embedding, const Tensor& x);

  /// Takes features that are computed. Shape: (N, features).
  void take(const Tensor& features);

  kernels::SelectedRows selected() const;

  /// Writes the matrix whose rows are selected, from the layer's matrix, transposed: (features, width).
  void write_matrix(const float* layer, int64_t width, float* matrix) const;

  /// Writes the gradient of the layer's matrix, transposed, from that of the selected rows.
  void matrix_backward(const float* gradient, int64_t width, float* layer_gradient) const;

  /// Writes the gradient of the knots, from that of the selected rows and the layer's matrix (width, features).
  void knots_backward(const float* gradient, const float* layer, int64_t width, float* knot_gradient) const;

  /// Writes the gradients of the embedding from that of the knots.
  void embedding_backward(const float* knot_gradient, const EmbeddingTensors& gradients) const;

  int64_t embedded() const { return numbers * embedded_width; }  ///< features of embedded numbers
  int64_t knot_count() const { return numbers > 0 ? starts_of[static_cast<size_t>(numbers)] : 0; }

  int64_t rows = 0, numbers = 0, embedded_width = 0, plain_count = 0, features = 0, matrix_rows = 0;
  Tensor plain;           ///< (N, plain numbers)
  Tensor knots;           ///< (knots of all numbers, embedded width): the embedding of each knot
  Tensor knot_gradients;  ///< (k, knots of all numbers, embedded width)

 private:
  std::vector<int32_t> starts_of;  ///< first row of the matrix of each column, and the last end
  std::vector<std::vector<float>> edges;
  int64_t most_bins = 0;
  Tensor index, order, begins, fraction, ordered_fraction;  ///< the arrays of kernels::SelectedRows

  void fit(const TableColumns& columns, int64_t row_count);
  void write_knots(const EmbeddingTensors& embedding);
  void read_column(const TableColumns& columns, size_t column, const float* x, int64_t stride);
  void sort_column(size_t column);
};

}  // namespace reszoo::detail

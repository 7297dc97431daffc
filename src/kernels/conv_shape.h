/// The shape of a 2-D convolution.
#pragma once
#include <cstdint>

namespace reszoo::kernels {

/// Images are channels-last: (N, H, W, C) to (N, H', W', O). A linear layer is a 1x1 convolution of N pixels.
struct ConvShape {
  int64_t images, rows, columns, channels;  ///< N, H, W, C of the input
  int64_t rows_out, columns_out, outputs;   ///< H', W', O of the output
  int64_t kernel_rows = 1, kernel_columns = 1;
  int64_t stride_rows = 1, stride_columns = 1;
  int64_t padding_rows = 0, padding_columns = 0;
  int64_t dilation_rows = 1, dilation_columns = 1;
  int64_t groups = 1;

  int64_t pixels() const { return images * rows_out * columns_out; }
  int64_t group_channels() const { return channels / groups; }
  int64_t group_outputs() const { return outputs / groups; }
  /// The number of products in the sum of one output.
  int64_t depth() const { return kernel_rows * kernel_columns * group_channels(); }
  int64_t multiply_adds() const { return pixels() * outputs * depth(); }
};

/// Weights (O, C/groups, kernel rows, kernel columns) in any layout: the first one and the strides.
struct WeightView {
  const float* data;
  int64_t output, channel, row, column;

  /// Contiguous weights.
  WeightView(const float* weight, const ConvShape& s)
      : data(weight), output(s.depth()), channel(s.kernel_rows * s.kernel_columns), row(s.kernel_columns), column(1) {}
  WeightView(const float* weight, int64_t of_output, int64_t of_channel, int64_t of_row, int64_t of_column)
      : data(weight), output(of_output), channel(of_channel), row(of_row), column(of_column) {}

  float at(int64_t o, int64_t c, int64_t i, int64_t j) const {
    return data[o * output + c * channel + i * row + j * column];
  }
};

}  // namespace reszoo::kernels

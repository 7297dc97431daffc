#include "fusion/dot_layer.h"

#include <ATen/TensorOperators.h>

#include <cmath>
#include <numeric>

#include "fusion/packed_memory.h"
#include "reszoo/weights/quantized.h"

namespace reszoo::detail {
namespace {

/// Returns a shape with the sizes of the weights; its images have no pixels.
kernels::ConvShape weight_shape(const ConvWeights& w, int64_t channels) {
  return {.images = 0,
          .rows = 0,
          .columns = 0,
          .channels = channels,
          .rows_out = 0,
          .columns_out = 0,
          .outputs = w.weight.size(0),
          .kernel_rows = w.weight.size(2),
          .kernel_columns = w.weight.size(3),
          .groups = w.groups};
}

/// Returns the sum of the values of each output, float64.
Tensor sums_of(const Tensor& values) {
  const auto sums = at::empty({values.size(0)}, at::kDouble);
  const auto* from = values.const_data_ptr<int8_t>();
  const auto count = values.numel() / values.size(0);
  for (int64_t output = 0; output < values.size(0); ++output, from += count)
    sums.mutable_data_ptr<double>()[output] = std::accumulate(from, from + count, 0);
  return sums;
}

}  // namespace

DotLayer::DotLayer(const ConvWeights& weights, kernels::DotType type, const kernels::StoredAs& x, int64_t channels)
    : type_(type), x_(x), channels_(channels) {
  const auto shape = weight_shape(weights, channels);
  packed_ = packed_memory(kernels::dot_weights(type, shape), at::kByte);
  const auto folded = weights.folded();
  auto bias = weights.bias;
  const auto of_pixel = static_cast<size_t>(channels * x.bytes());
  if (type == kernels::DotType::int8) {
    const auto quantized = QuantizedWeight::of(folded);
    const auto values = quantized.values.contiguous();
    kernels::pack_dot(values.const_data_ptr<int8_t>(), folded.size(1), shape, packed_.mutable_data_ptr());
    const auto scale = quantized.scale.to(at::kDouble) * static_cast<double>(x.scale);
    scale_ = scale.to(at::kFloat).contiguous();
    // Inputs are values minus the zero point: its products are the same for all pixels.
    const auto of_zero = sums_of(values) * scale * static_cast<double>(x.zero_point);
    bias = bias.defined() ? bias - of_zero : -of_zero;
    zeros_.assign(of_pixel, static_cast<uint8_t>(std::lround(x.zero_point)));
  } else {
    kernels::pack_dot(folded.const_data_ptr<float>(), folded.size(1), shape, packed_.mutable_data_ptr());
    zeros_.assign(of_pixel, 0);
  }
  if (bias.defined()) bias_ = bias.to(at::kFloat).contiguous();
}

void DotLayer::run(const kernels::ConvShape& shape, const void* x, const void* residual, const Result& result, void* y,
                   int64_t threads) const {
  const kernels::DotEpilogue epilogue{.scale = scale_.defined() ? scale_.const_data_ptr<float>() : nullptr,
                                      .bias = bias_.defined() ? bias_.const_data_ptr<float>() : nullptr,
                                      .residual = residual,
                                      .residual_as = result.residual_as,
                                      .relu = result.relu};
  kernels::conv_dot(type_, shape, {x, packed_.const_data_ptr(), zeros_.data(), y}, epilogue, result.as, threads);
}

}  // namespace reszoo::detail

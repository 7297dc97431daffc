#include "runtime/dot_layer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/packed_memory.h"
#include "kernels/parallel_ranges.h"
#include "kernels/quantize.h"

namespace reszoo::detail {
namespace {

/// Returns a shape with the sizes of the weights; its images have no pixels.
kernels::ConvShape weight_shape(const LayerWeights& w, int64_t channels) {
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

/// Weights that are rounded to integers, with a scale for each output.
struct RoundedWeights {
  std::vector<int8_t> values;
  std::vector<float> scale;

  RoundedWeights(const Floats& weights, int64_t threads)
      : values(static_cast<size_t>(weights.count())), scale(static_cast<size_t>(weights.size(0))) {
    const auto of_output = weights.count() / std::max<int64_t>(1, weights.size(0));
    kernels::parallel_ranges(threads, weights.size(0), weights.count(), [&](int64_t first, int64_t end) {
      for (int64_t i = first; i < end; ++i)
        scale[static_cast<size_t>(i)] =
            kernels::quantize_weights(weights.data() + i * of_output, of_output, values.data() + i * of_output);
    });
  }
};

}  // namespace

DotLayer::DotLayer(const LayerWeights& weights, kernels::DotType type, const kernels::StoredAs& x, int64_t channels,
                   int64_t threads)
    : type_(type), x_(x), channels_(channels) {
  const auto shape = weight_shape(weights, channels);
  packed_ = packed_memory(static_cast<size_t>(kernels::dot_weights(type, shape)));
  const auto folded = weights.folded(threads);
  std::vector<double> bias(weights.bias.data(), weights.bias.data() + weights.bias.count());
  const auto of_pixel = static_cast<size_t>(channels * x.bytes());
  if (type == kernels::DotType::int8) {
    const RoundedWeights rounded(folded, threads);
    kernels::pack_dot(rounded.values.data(), folded.size(1), shape, packed_.get());
    const auto outputs = rounded.scale.size(), of_output = rounded.values.size() / std::max<size_t>(1, outputs);
    bias.resize(outputs, 0.0);
    for (size_t i = 0; i < outputs; ++i) {
      const double scale = static_cast<double>(rounded.scale[i]) * static_cast<double>(x.scale);
      scale_.push_back(static_cast<float>(scale));
      // Inputs are values minus the zero point: its products are the same for all pixels.
      const auto* of = rounded.values.data() + i * of_output;
      bias[i] -= std::accumulate(of, of + of_output, int64_t{0}) * scale * static_cast<double>(x.zero_point);
    }
    zeros_.assign(of_pixel, static_cast<uint8_t>(std::lround(x.zero_point)));
  } else {
    kernels::pack_dot(folded.data(), folded.size(1), shape, packed_.get());
    zeros_.assign(of_pixel, 0);
  }
  bias_.assign(bias.begin(), bias.end());
}

void DotLayer::run(const kernels::ConvShape& shape, const void* x, const void* residual, const Result& result, void* y,
                   int64_t threads) const {
  const kernels::DotEpilogue epilogue{.scale = scale_.empty() ? nullptr : scale_.data(),
                                      .bias = bias_.empty() ? nullptr : bias_.data(),
                                      .residual = residual,
                                      .residual_as = result.residual_as,
                                      .relu = result.relu};
  kernels::conv_dot(type_, shape, {x, packed_.get(), zeros_.data(), y}, epilogue, result.as, threads);
}

}  // namespace reszoo::detail

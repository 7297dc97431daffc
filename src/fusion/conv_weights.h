/// The weights of a convolution or linear layer while norms are folded into them.
#pragma once
#include <array>
#include <memory>

#include "fusion/bound_op.h"
#include "runtime/conv_layer.h"

namespace reszoo::detail {

/// Weights (O, C/groups, kernel rows, kernel columns), float32, and the scales of adjacent norms; see LayerWeights.
struct ConvWeights {
  Tensor weight;
  Tensor output_scale = {};  ///< (O), float64, or undefined
  Tensor input_scale = {};   ///< (C), float64, or undefined; only without groups
  Tensor bias = {};          ///< (O), float64, or undefined
  std::array<int64_t, 2> stride{1, 1}, padding{0, 0}, dilation{1, 1};  ///< pixels
  int64_t groups = 1;

  /// Returns the weights with both scales, float32, contiguous. If that is a copy, `release_pages` of the network's
  /// own.
  Tensor folded() const;
};

/// Creates the layer that computes with these weights, also by LibTorch's oneDNN if that is there.
std::shared_ptr<const ConvLayer> make_conv_layer(const ConvWeights& weights);

/// Returns the layer as LibTorch's operators compute it.
Bind bind_conv(const ConvWeights& weights, bool linear);

}  // namespace reszoo::detail

/// A convolution or linear layer with its weights, which several algorithms can run.
#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include "kernels/conv.h"
#include "kernels/dot_gemm.h"

namespace reszoo::detail {

using at::Tensor;

/// Weights (O, C/groups, kernel rows, kernel columns), float32, and the scales of adjacent norms. The scales are folded
/// in when the weights are packed, so there is only one copy besides the network's own weights.
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

class DotLayer;

/// Weights are packed for an algorithm when it first runs. If the network's own weights are in a file, they are then
/// taken out of memory, until they are packed for another algorithm. Safe to call from many threads.
class ConvLayer {
 public:
  explicit ConvLayer(ConvWeights weights);

  /// Returns the shape of the convolution for inputs of (N, H, W).
  kernels::ConvShape shape(int64_t images, int64_t rows, int64_t columns) const;

  /// Returns the algorithms available for this shape, the heuristic's choice first.
  std::vector<kernels::ConvAlgorithm> algorithms(const kernels::ConvShape& shape, int64_t threads, bool winograd) const;

  /// Returns the size of the scratch memory in floats.
  int64_t scratch(const kernels::ConvShape& shape, const kernels::ConvAlgorithm& algorithm, int64_t threads) const;

  /// y = activation(conv(x) + bias + residual) on channels-last images. `residual` may be nullptr, or y.
  void run(const kernels::ConvAlgorithm& algorithm, const kernels::ConvShape& shape, const float* x,
           const float* residual, kernels::Activation activation, float* y, float* scratch, int64_t threads) const;

  /// The same in bfloat16 or int8. `x` says how the images are stored, `channels` how many they have in memory.
  std::shared_ptr<const DotLayer> dot(kernels::DotType type, const kernels::StoredAs& x, int64_t channels) const;

  /// Frees weights that are packed for other algorithms, as soon as no call uses them.
  void keep_only(const kernels::ConvAlgorithm& algorithm) const;

  const ConvWeights& weights() const { return weights_; }

 private:
  Tensor packed(kernels::ConvAlgorithm::Kind kind, const kernels::ConvShape& shape) const;

  ConvWeights weights_;
  Tensor bias_;  ///< float32
  std::vector<float> zeros_;
  mutable std::mutex mutex_;
  mutable Tensor direct_, winograd_, onednn_;
  mutable std::vector<std::shared_ptr<const DotLayer>> dots_;
};

}  // namespace reszoo::detail

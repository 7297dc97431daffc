/// A convolution or linear layer with its weights, which runs by several algorithms.
#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "infer/conv_shape.h"

namespace reszoo::detail {

using at::Tensor;

/// How a convolution is computed.
struct ConvAlgorithm {
  enum class Kind { direct, winograd, onednn } kind = Kind::direct;
  /// winograd: tiles that a thread takes through all phases; 0: all threads go through the phases together.
  int64_t tiles = 0;

  /// Throws: Error (usage).
  static ConvAlgorithm parse(std::string_view text);
  std::string text() const;
  bool operator==(const ConvAlgorithm&) const = default;
};

/// Weights (O, C/groups, kernel rows, kernel columns), float32, and what norms beside them add: they are folded in
/// when the weights are packed, so that there is one copy beside the network's own.
struct ConvWeights {
  Tensor weight;
  Tensor output_scale;                                                 ///< (O), float64, or undefined
  Tensor input_scale;                                                  ///< (C), float64, or undefined; without groups
  Tensor bias;                                                         ///< (O), float64, or undefined
  std::array<int64_t, 2> stride{1, 1}, padding{0, 0}, dilation{1, 1};  ///< pixels
  int64_t groups = 1;

  /// With both scales, float32, contiguous.
  Tensor folded() const;
};

/// Weights are packed for an algorithm when it first runs. Safe to call from many threads.
class ConvLayer {
 public:
  explicit ConvLayer(ConvWeights weights);

  /// For maps of (N, H, W).
  ConvShape shape(int64_t images, int64_t rows, int64_t columns) const;

  /// The algorithms available for this shape, the heuristic's choice first.
  std::vector<ConvAlgorithm> algorithms(const ConvShape& shape, int64_t threads, bool winograd) const;

  /// Floats of working memory.
  int64_t scratch(const ConvShape& shape, const ConvAlgorithm& algorithm, int64_t threads) const;

  /// y = conv(x) + bias, + residual, ReLU. Maps by pixel; `residual` may be y.
  void run(const ConvAlgorithm& algorithm, const ConvShape& shape, const float* x, const float* residual, bool relu, float* y,
           float* scratch, int64_t threads) const;

  /// Frees weights that are packed for other algorithms, once no call uses them.
  void keep_only(const ConvAlgorithm& algorithm) const;

  const ConvWeights& weights() const { return weights_; }

 private:
  Tensor packed(ConvAlgorithm::Kind kind, const ConvShape& shape) const;

  ConvWeights weights_;
  Tensor bias_;  ///< float32
  std::vector<float> zeros_;
  mutable std::mutex mutex_;
  mutable Tensor direct_, winograd_, onednn_;
};

}  // namespace reszoo::detail

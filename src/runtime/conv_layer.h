/// A convolution or linear layer with its weights, which several algorithms can run.
#pragma once
#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include "kernels/conv.h"
#include "kernels/dot_gemm.h"
#include "runtime/array.h"

namespace reszoo::detail {

/// Weights (O, C/groups, kernel rows, kernel columns), and the scales of adjacent norms. The scales are folded in when
/// the weights are packed, so there is only one copy besides the network's own weights.
struct LayerWeights {
  Floats weight;
  Floats output_scale = {};                                            ///< (O), or undefined
  Floats input_scale = {};                                             ///< (C), or undefined; only without groups
  Doubles bias = {};                                                   ///< (O), or undefined
  std::array<int64_t, 2> stride{1, 1}, padding{0, 0}, dilation{1, 1};  ///< pixels
  int64_t groups = 1;

  /// Returns the weights with both scales. If that is a copy, `release_pages` of the network's own.
  Floats folded(int64_t threads) const;
};

class DotLayer;

/// Weights are packed for an algorithm when it first runs. If the network's own weights are in a file, they are then
/// taken out of memory, until they are packed for another algorithm. Safe to call from many threads.
class ConvLayer {
 public:
  explicit ConvLayer(LayerWeights weights);
  virtual ~ConvLayer() = default;
  ConvLayer(const ConvLayer&) = delete;
  ConvLayer& operator=(const ConvLayer&) = delete;

  /// Returns the shape of the convolution for inputs of (N, H, W).
  kernels::ConvShape shape(int64_t images, int64_t rows, int64_t columns) const;

  /// Returns the algorithms available for this shape, the heuristic's choice first.
  std::vector<kernels::ConvAlgorithm> algorithms(const kernels::ConvShape& shape, bool winograd) const;

  /// Returns the size of the scratch memory in floats.
  int64_t scratch(const kernels::ConvShape& shape, const kernels::ConvAlgorithm& algorithm, int64_t threads) const;

  /// y = activation(conv(x) + bias + residual) on channels-last images. `residual` may be nullptr, or y.
  void run(const kernels::ConvAlgorithm& algorithm, const kernels::ConvShape& shape, const float* x,
           const float* residual, kernels::Activation activation, float* y, float* scratch, int64_t threads) const;

  /// The same in bfloat16 or int8. `x` says how the images are stored, `channels` how many they have in memory.
  std::shared_ptr<const DotLayer> dot(kernels::DotType type, const kernels::StoredAs& x, int64_t channels,
                                      int64_t threads) const;

  /// Frees weights that are packed for other algorithms, as soon as no call uses them.
  void keep_only(const kernels::ConvAlgorithm& algorithm) const;

  const LayerWeights& weights() const { return weights_; }

 protected:
  // oneDNN's kernels, which only LibTorch brings: a room above this one overrides these.

  /// Whether there are any.
  virtual bool has_onednn() const { return false; }

  /// Packs weights in oneDNN's order for this shape.
  virtual std::shared_ptr<const void> pack_onednn(const Floats& weights, const kernels::ConvShape& shape) const;

  /// y = conv(x) + bias, optionally + residual and ReLU, as in `run`.
  virtual void run_onednn(const void* packed, const kernels::ConvShape& shape, const float* x, const float* residual,
                          bool relu, float* y) const;

  /// float32, or nullptr.
  const float* bias() const { return bias_.empty() ? nullptr : bias_.data(); }

 private:
  std::shared_ptr<const void> packed(const kernels::ConvAlgorithm& algorithm, const kernels::ConvShape& shape,
                                     int64_t threads) const;

  LayerWeights weights_;
  std::vector<float> bias_, zeros_;
  mutable std::mutex mutex_;
  mutable std::array<std::shared_ptr<const void>, 4> packed_;  ///< for each `ConvAlgorithm::Kind`
  mutable std::vector<std::shared_ptr<const DotLayer>> dots_;
};

}  // namespace reszoo::detail

/// A convolution or linear layer with weights for products of bfloat16 or int8.
#pragma once
#include <memory>
#include <vector>

#include "kernels/conv_dot.h"
#include "runtime/conv_layer.h"

namespace reszoo::detail {

/// Safe to call from many threads.
class DotLayer {
 public:
  /// `channels`: how many channels the images have in memory, at least those of the weights.
  DotLayer(const LayerWeights& weights, kernels::DotType type, const kernels::StoredAs& x, int64_t channels,
           int64_t threads);

  kernels::DotType type() const { return type_; }
  const kernels::StoredAs& reads() const { return x_; }
  int64_t channels() const { return channels_; }

  /// How a result, and what is added to it before that, is stored.
  struct Result {
    kernels::StoredAs as = {}, residual_as = {};
    bool relu = false;
  };

  /// y = activation(conv(x) + bias + residual) on channels-last images with `channels` channels.
  void run(const kernels::ConvShape& shape, const void* x, const void* residual, const Result& result, void* y,
           int64_t threads) const;

 private:
  kernels::DotType type_;
  kernels::StoredAs x_;
  int64_t channels_;
  std::shared_ptr<void> packed_;
  std::vector<float> scale_, bias_;  ///< empty: none
  std::vector<uint8_t> zeros_;
};

}  // namespace reszoo::detail

#include "fusion/conv_weights.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linear.h>

#include "fusion/onednn.h"
#include "fusion/tensors.h"
#include "reszoo/base/spilled.h"
#include "reszoo/graph/primitives.h"

namespace reszoo::detail {
namespace {

/// A layer that LibTorch's oneDNN can run too.
class OneDnnLayer : public ConvLayer {
 public:
  using ConvLayer::ConvLayer;

 protected:
  bool has_onednn() const override { return detail::has_onednn(); }

  std::shared_ptr<const void> pack_onednn(const Floats& given, const kernels::ConvShape& shape) const override {
    const auto plain = at::from_blob(const_cast<float*>(given.data()), given.shape(), at::kFloat);
    return std::make_shared<const Tensor>(detail::pack_onednn(plain, shape));
  }

  void run_onednn(const void* packed, const kernels::ConvShape& shape, const float* x, const float* residual, bool relu,
                  float* y) const override {
    const auto offsets = bias() ? at::from_blob(const_cast<float*>(bias()), {shape.outputs}, at::kFloat) : Tensor();
    conv_onednn(x, *static_cast<const Tensor*>(packed), offsets, shape, residual, relu, y);
  }
};

Tensor as_float(const Tensor& tensor) { return tensor.defined() ? tensor.to(at::kFloat) : tensor; }

}  // namespace

Tensor ConvWeights::folded() const {
  auto folded = weight;
  if (output_scale.defined()) folded = folded * output_scale.to(at::kFloat).reshape({-1, 1, 1, 1});
  if (input_scale.defined()) folded = folded * input_scale.to(at::kFloat).reshape({1, -1, 1, 1});
  if (!folded.is_same(weight)) release_pages(weight);
  return folded.contiguous();
}

std::shared_ptr<const ConvLayer> make_conv_layer(const ConvWeights& w) {
  return std::make_shared<const OneDnnLayer>(LayerWeights{.weight = floats_of(w.weight),
                                                          .output_scale = floats_of(as_float(w.output_scale)),
                                                          .input_scale = floats_of(as_float(w.input_scale)),
                                                          .bias = doubles_of(w.bias),
                                                          .stride = w.stride,
                                                          .padding = w.padding,
                                                          .dilation = w.dilation,
                                                          .groups = w.groups});
}

Bind bind_conv(const ConvWeights& w, bool linear) {
  return [w, linear](const TensorType& type) -> TensorFunction {
    const auto weight = w.folded().to(type.options()), bias = w.bias.defined() ? w.bias.to(type.options()) : Tensor();
    if (linear)
      return [weight = weight.flatten(1), bias](const auto& inputs) { return at::linear(inputs[0], weight, bias); };
    const Primitive conv = ops::Conv{.weight = weight.contiguous(at::MemoryFormat::ChannelsLast),
                                     .bias = bias,
                                     .stride = w.stride,
                                     .padding = w.padding,
                                     .dilation = w.dilation,
                                     .groups = w.groups};
    return [conv](const auto& inputs) { return evaluate(conv, inputs); };
  };
}

}  // namespace reszoo::detail

#include "fusion/conv_layer.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/mul.h>

#include "base/own_pages.h"
#include "fusion/dot_layer.h"
#include "fusion/onednn.h"
#include "fusion/packed_memory.h"
#include "reszoo/base/spilled.h"

namespace reszoo::detail {

Tensor ConvWeights::folded() const {
  const auto multiply = [](const Tensor& by, const Tensor& scale, at::IntArrayRef shape) {
    const auto factors = scale.to(at::kFloat).reshape(shape);
    if (!by.is_cpu()) return by * factors;
    auto product = own_pages(by.sizes(), by.scalar_type());
    at::mul_out(product, by, factors);
    return product;
  };
  auto folded = weight;
  if (output_scale.defined()) folded = multiply(folded, output_scale, {-1, 1, 1, 1});
  if (input_scale.defined()) folded = multiply(folded, input_scale, {1, -1, 1, 1});
  if (!folded.is_same(weight)) release_pages(weight);
  return folded.contiguous();
}

ConvLayer::ConvLayer(ConvWeights weights)
    : weights_(std::move(weights)),
      bias_(weights_.bias.defined() ? weights_.bias.to(at::kFloat).contiguous() : Tensor()),
      zeros_(static_cast<size_t>(weights_.weight.size(1) * weights_.groups), 0.0f) {}

kernels::ConvShape ConvLayer::shape(int64_t images, int64_t rows, int64_t columns) const {
  const auto& w = weights_;
  kernels::ConvShape s{.images = images,
                       .rows = rows,
                       .columns = columns,
                       .channels = w.weight.size(1) * w.groups,
                       .rows_out = 0,
                       .columns_out = 0,
                       .outputs = w.weight.size(0),
                       .kernel_rows = w.weight.size(2),
                       .kernel_columns = w.weight.size(3),
                       .stride_rows = w.stride[0],
                       .stride_columns = w.stride[1],
                       .padding_rows = w.padding[0],
                       .padding_columns = w.padding[1],
                       .dilation_rows = w.dilation[0],
                       .dilation_columns = w.dilation[1],
                       .groups = w.groups};
  const auto places = [](int64_t size, int64_t padding, int64_t dilation, int64_t kernel, int64_t stride) -> int64_t {
    const auto room = size + 2 * padding - dilation * (kernel - 1) - 1;
    return size < 1 || room < 0 ? 0 : room / stride + 1;
  };
  s.rows_out = places(rows, s.padding_rows, s.dilation_rows, s.kernel_rows, s.stride_rows);
  s.columns_out = places(columns, s.padding_columns, s.dilation_columns, s.kernel_columns, s.stride_columns);
  return s;
}

std::vector<kernels::ConvAlgorithm> ConvLayer::algorithms(const kernels::ConvShape& shape, bool winograd) const {
  auto algorithms = kernels::conv_algorithms(shape, winograd);
  if (has_onednn() && shape.channels > 1) algorithms.push_back({kernels::ConvAlgorithm::Kind::onednn});
  return algorithms;
}

int64_t ConvLayer::scratch(const kernels::ConvShape& shape, const kernels::ConvAlgorithm& algorithm,
                           int64_t threads) const {
  return kernels::conv_scratch(shape, algorithm, threads);
}

Tensor ConvLayer::packed(const kernels::ConvAlgorithm& algorithm, const kernels::ConvShape& shape) const {
  const std::lock_guard lock(mutex_);
  auto& form = packed_[static_cast<size_t>(algorithm.kind)];
  if (form.defined()) return form;
  const auto folded = weights_.folded();
  if (algorithm.kind == kernels::ConvAlgorithm::Kind::onednn) {
    form = pack_onednn(folded, shape);
  } else {
    form = packed_memory(kernels::packed_size(shape, algorithm), at::kFloat);
    kernels::pack_weights({folded.const_data_ptr<float>(), shape}, shape, algorithm, at::get_num_threads(),
                          form.mutable_data_ptr<float>());
  }
  release_pages(weights_.weight);
  return form;
}

std::shared_ptr<const DotLayer> ConvLayer::dot(kernels::DotType type, const kernels::StoredAs& x,
                                               int64_t channels) const {
  const std::lock_guard lock(mutex_);
  for (const auto& known : dots_)
    if (known->type() == type && known->reads() == x && known->channels() == channels) return known;
  dots_.push_back(std::make_shared<const DotLayer>(weights_, type, x, channels));
  release_pages(weights_.weight);
  return dots_.back();
}

void ConvLayer::keep_only(const kernels::ConvAlgorithm& algorithm) const {
  const std::lock_guard lock(mutex_);
  for (size_t kind = 0; kind < packed_.size(); ++kind)
    if (kind != static_cast<size_t>(algorithm.kind)) packed_[kind] = Tensor();
}

void ConvLayer::run(const kernels::ConvAlgorithm& algorithm, const kernels::ConvShape& shape, const float* x,
                    const float* residual, kernels::Activation activation, float* y, float* scratch,
                    int64_t threads) const {
  const auto form = packed(algorithm, shape);
  if (algorithm.kind == kernels::ConvAlgorithm::Kind::onednn) {
    conv_onednn(x, form, bias_, shape, residual, activation == kernels::Activation::relu, y);
    if (kernels::needs_activate(activation))
      kernels::activate(activation, y, shape.pixels(), shape.outputs, shape.outputs);
    return;
  }
  const kernels::Epilogue epilogue{bias_.defined() ? bias_.const_data_ptr<float>() : nullptr, residual, activation};
  kernels::conv(shape, algorithm, {x, form.const_data_ptr<float>(), zeros_.data(), y, scratch}, epilogue, threads);
}

}  // namespace reszoo::detail

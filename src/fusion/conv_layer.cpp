#include "fusion/conv_layer.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mul.h>

#include "fusion/dot_layer.h"
#include "fusion/onednn.h"

namespace reszoo::detail {
Tensor ConvWeights::folded() const {
  if (!output_scale.defined() && !input_scale.defined()) return weight.contiguous();
  auto folded = weight;
  if (output_scale.defined()) folded = folded * output_scale.to(at::kFloat).reshape({-1, 1, 1, 1});
  if (input_scale.defined()) folded = folded * input_scale.to(at::kFloat).reshape({1, -1, 1, 1});
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

std::vector<kernels::ConvAlgorithm> ConvLayer::algorithms(const kernels::ConvShape& shape, int64_t threads,
                                                          bool winograd) const {
  auto algorithms = kernels::conv_algorithms(shape, threads, winograd);
  if (has_onednn() && shape.channels > 1) algorithms.push_back({kernels::ConvAlgorithm::Kind::onednn});
  return algorithms;
}

int64_t ConvLayer::scratch(const kernels::ConvShape& shape, const kernels::ConvAlgorithm& algorithm,
                           int64_t threads) const {
  return kernels::conv_scratch(shape, algorithm, threads);
}

Tensor ConvLayer::packed(kernels::ConvAlgorithm::Kind kind, const kernels::ConvShape& shape) const {
  using Kind = kernels::ConvAlgorithm::Kind;
  const std::lock_guard lock(mutex_);
  auto& form = kind == Kind::direct ? direct_ : kind == Kind::winograd ? winograd_ : onednn_;
  if (form.defined()) return form;
  const auto folded = weights_.folded();
  if (kind == Kind::onednn) return form = pack_onednn(folded, shape);
  form = at::empty({kernels::packed_size(shape, kind)}, at::kFloat);
  kernels::pack_weights({folded.const_data_ptr<float>(), shape}, shape, kind, at::get_num_threads(),
                        form.mutable_data_ptr<float>());
  return form;
}

std::shared_ptr<const DotLayer> ConvLayer::dot(kernels::DotType type, const kernels::StoredAs& x,
                                               int64_t channels) const {
  const std::lock_guard lock(mutex_);
  for (const auto& known : dots_)
    if (known->type() == type && known->reads() == x && known->channels() == channels) return known;
  dots_.push_back(std::make_shared<const DotLayer>(weights_, type, x, channels));
  return dots_.back();
}

void ConvLayer::keep_only(const kernels::ConvAlgorithm& algorithm) const {
  const std::lock_guard lock(mutex_);
  if (algorithm.kind != kernels::ConvAlgorithm::Kind::direct) direct_ = Tensor();
  if (algorithm.kind != kernels::ConvAlgorithm::Kind::winograd) winograd_ = Tensor();
  if (algorithm.kind != kernels::ConvAlgorithm::Kind::onednn) onednn_ = Tensor();
}

void ConvLayer::run(const kernels::ConvAlgorithm& algorithm, const kernels::ConvShape& shape, const float* x,
                    const float* residual, kernels::Activation activation, float* y, float* scratch,
                    int64_t threads) const {
  const auto form = packed(algorithm.kind, shape);
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

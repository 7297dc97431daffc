#include "runtime/conv_layer.h"

#include "base/own_pages.h"
#include "base/packed_memory.h"
#include "kernels/parallel_ranges.h"
#include "reszoo/base/error.h"
#include "runtime/dot_layer.h"

namespace reszoo::detail {
namespace {

/// Memory that `own_pages` gave.
struct FoldedPages : ArrayOwner {
  explicit FoldedPages(std::shared_ptr<void> pages_) : pages(std::move(pages_)) {}
  void release_pages(const void*, size_t) const override {}

  std::shared_ptr<void> pages;
};

/// y = weight * scale of the output * scale of the input, rounded after each product.
void scale_output(const LayerWeights& of, int64_t output, float* y) {
  const auto& weight = of.weight;
  const auto channels = weight.size(1), of_channel = weight.size(2) * weight.size(3), size = channels * of_channel;
  const auto* from = weight.data() + output * size;
  y += output * size;
  const float scale = of.output_scale.defined() ? of.output_scale.data()[output] : 1;
  for (int64_t i = 0; i < size; ++i) y[i] = from[i] * scale;
  if (!of.input_scale.defined()) return;
  for (int64_t channel = 0; channel < channels; ++channel)
    for (int64_t i = 0; i < of_channel; ++i) *y++ *= of.input_scale.data()[channel];
}

std::vector<float> rounded_bias(const Doubles& bias) {
  return std::vector<float>(bias.data(), bias.data() + bias.count());
}

}  // namespace

Floats LayerWeights::folded(int64_t threads) const {
  if (!output_scale.defined() && !input_scale.defined()) return weight;
  const auto pages = std::make_shared<const FoldedPages>(own_pages(weight.bytes()));
  auto* to = static_cast<float*>(pages->pages.get());
  kernels::parallel_ranges(threads, weight.size(0), weight.count(), [&](int64_t first, int64_t end) {
    for (int64_t output = first; output < end; ++output) scale_output(*this, output, to);
  });
  weight.release_pages();
  return {weight.shape(), to, pages};
}

ConvLayer::ConvLayer(LayerWeights weights)
    : weights_(std::move(weights)),
      bias_(rounded_bias(weights_.bias)),
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

std::shared_ptr<const void> ConvLayer::pack_onednn(const Floats&, const kernels::ConvShape&) const {
  fail(ErrorKind::usage, "oneDNN's kernels are not in this program");
}

void ConvLayer::run_onednn(const void*, const kernels::ConvShape&, const float*, const float*, bool, float*) const {}

std::shared_ptr<const void> ConvLayer::packed(const kernels::ConvAlgorithm& algorithm, const kernels::ConvShape& shape,
                                              int64_t threads) const {
  const std::lock_guard lock(mutex_);
  auto& form = packed_[static_cast<size_t>(algorithm.kind)];
  if (form) return form;
  const auto folded = weights_.folded(threads);
  if (algorithm.kind == kernels::ConvAlgorithm::Kind::onednn) {
    form = pack_onednn(folded, shape);
  } else {
    const auto memory = packed_memory(static_cast<size_t>(kernels::packed_size(shape, algorithm)) * sizeof(float));
    kernels::pack_weights({folded.data(), shape}, shape, algorithm, threads, static_cast<float*>(memory.get()));
    form = memory;
  }
  weights_.weight.release_pages();
  return form;
}

std::shared_ptr<const DotLayer> ConvLayer::dot(kernels::DotType type, const kernels::StoredAs& x, int64_t channels,
                                               int64_t threads) const {
  const std::lock_guard lock(mutex_);
  for (const auto& known : dots_)
    if (known->type() == type && known->reads() == x && known->channels() == channels) return known;
  dots_.push_back(std::make_shared<const DotLayer>(weights_, type, x, channels, threads));
  weights_.weight.release_pages();
  return dots_.back();
}

void ConvLayer::keep_only(const kernels::ConvAlgorithm& algorithm) const {
  const std::lock_guard lock(mutex_);
  for (size_t kind = 0; kind < packed_.size(); ++kind)
    if (kind != static_cast<size_t>(algorithm.kind)) packed_[kind] = nullptr;
}

void ConvLayer::run(const kernels::ConvAlgorithm& algorithm, const kernels::ConvShape& shape, const float* x,
                    const float* residual, kernels::Activation activation, float* y, float* scratch,
                    int64_t threads) const {
  const auto form = packed(algorithm, shape, threads);
  if (algorithm.kind == kernels::ConvAlgorithm::Kind::onednn) {
    run_onednn(form.get(), shape, x, residual, activation == kernels::Activation::relu, y);
    if (kernels::needs_activate(activation))
      kernels::activate(activation, y, shape.pixels(), shape.outputs, shape.outputs);
    return;
  }
  const kernels::Epilogue epilogue{bias(), residual, activation};
  kernels::conv(shape, algorithm, {x, static_cast<const float*>(form.get()), zeros_.data(), y, scratch}, epilogue,
                threads);
}

}  // namespace reszoo::detail

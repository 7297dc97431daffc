#include "batch_norm_nhwc.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "kernels/batch_norm.h"
#include "reszoo/base/error.h"
#include "reszoo/base/parallel.h"
#include "train/channels_last.h"
#include "train/stored_values.h"

namespace reszoo::detail {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kTogether = 16384;  // elements of a part, which stay in the L1 or L2 cache

/// Images as rows of channels, split into parts that do not depend on the number of threads.
struct Parts {
  int64_t rows, channels, each;

  explicit Parts(const Tensor& x)
      : rows(x.numel() / x.size(1)), channels(x.size(1)), each(std::max<int64_t>(kTogether / x.size(1), 2)) {}
  int64_t count() const { return (rows + each - 1) / each; }
  /// Calls work(part, index of its first element, rows) for all parts, in parallel.
  template <typename Work>
  void for_all(const Work& work) const {
    parallel(count(), [&](int64_t part) {
      const auto first = part * each;
      work(part, first * channels, kernels::ChannelRows{std::min(each, rows - first), channels});
    });
  }
};

/// Mean and sum of squared deviations per channel.
struct Moments {
  std::vector<double> mean, squares;
};

template <typename Value>
Moments moments_of(const Tensor& x) {
  const Parts parts(x);
  const auto channels = static_cast<size_t>(parts.channels);
  std::vector<float> means(static_cast<size_t>(parts.count()) * channels), squares(means.size());
  parts.for_all([&, from = data_of<Value>(x)](int64_t part, int64_t first, const kernels::ChannelRows& rows) {
    const auto place = static_cast<size_t>(part) * channels;
    kernels::norm_kernels<Value>().moments(from + first, means.data() + place, squares.data() + place, rows);
  });
  Moments whole{std::vector<double>(channels), std::vector<double>(channels)};
  double seen = 0;
  for (int64_t part = 0; part < parts.count(); ++part) {
    const auto rows = static_cast<double>(std::min(parts.each, parts.rows - part * parts.each));
    const auto share = rows / (seen + rows);
    const auto *mean = means.data() + static_cast<size_t>(part) * channels,
               *square = squares.data() + static_cast<size_t>(part) * channels;
    for (size_t c = 0; c < channels; ++c) {
      const double away = mean[c] - whole.mean[c];
      whole.mean[c] += away * share;
      whole.squares[c] += square[c] + away * away * seen * share;
    }
    seen += rows;
  }
  return whole;
}

/// Updates the running statistics of the module.
void take_in(torch::nn::BatchNorm2dImpl& norm, const Moments& moments, double rows) {
  norm.num_batches_tracked += 1;
  const double momentum = *norm.options.momentum();
  auto* mean = norm.running_mean.mutable_data_ptr<float>();
  auto* variance = norm.running_var.mutable_data_ptr<float>();
  for (size_t c = 0; c < moments.mean.size(); ++c) {
    mean[c] = static_cast<float>((1 - momentum) * mean[c] + momentum * moments.mean[c]);
    variance[c] = static_cast<float>((1 - momentum) * variance[c] + momentum * moments.squares[c] / (rows - 1));
  }
}

/// One value per channel each, (5, C): scale and shift of the forward pass, mean, 1 / standard deviation, weight.
struct Factors {
  Tensor all;

  explicit Factors(Tensor values) : all(std::move(values)) {}
  float* row(int64_t i) const { return all.mutable_data_ptr<float>() + i * all.size(1); }
  float* scale() const { return row(0); }
  float* shift() const { return row(1); }
  float* mean() const { return row(2); }
  float* inverse() const { return row(3); }
  float* weight() const { return row(4); }
};

Factors factors_of(const Moments& moments, const torch::nn::BatchNorm2dImpl& norm, double rows) {
  const auto channels = static_cast<int64_t>(moments.mean.size());
  const Factors factors(at::empty({5, channels}, at::kFloat));
  const auto* weight = norm.weight.const_data_ptr<float>();
  const auto* bias = norm.bias.const_data_ptr<float>();
  for (size_t c = 0; c < moments.mean.size(); ++c) {
    const double inverse = 1 / std::sqrt(moments.squares[c] / rows + norm.options.eps());
    factors.scale()[c] = static_cast<float>(weight[c] * inverse);
    factors.shift()[c] = static_cast<float>(bias[c] - moments.mean[c] * weight[c] * inverse);
    factors.mean()[c] = static_cast<float>(moments.mean[c]);
    factors.inverse()[c] = static_cast<float>(inverse);
    factors.weight()[c] = weight[c];
  }
  return factors;
}

/// Sums over all rows, per channel: of the gradient, and of its products with x - mean.
struct GradientSums {
  std::vector<double> sum, product;
};

template <typename Value>
GradientSums gradient_sums(const Tensor& g, const Tensor& x, const kernels::ReluMask<Value>& gate, const float* mean,
                           const Tensor& gated) {
  const Parts parts(x);
  const auto channels = static_cast<size_t>(parts.channels);
  std::vector<float> sums(static_cast<size_t>(parts.count()) * channels), products(sums.size());
  parts.for_all([&, from = data_of<Value>(x), gradient = data_of<Value>(g), through = output_of<Value>(gated)](
                    int64_t part, int64_t first, const kernels::ChannelRows& rows) {
    auto at = gate;
    if (at.output) at.output += first;
    const auto place = static_cast<size_t>(part) * channels;
    kernels::norm_kernels<Value>().sums(gradient + first, from + first, at, mean, sums.data() + place,
                                        products.data() + place, through ? through + first : nullptr, rows);
  });
  GradientSums whole{std::vector<double>(channels), std::vector<double>(channels)};
  for (size_t first = 0; first < sums.size(); first += channels)
    for (size_t c = 0; c < channels; ++c) {
      whole.sum[c] += sums[first + c];
      whole.product[c] += products[first + c];
    }
  return whole;
}

/// Writes the gradient of x to `of_x`; returns the gradients of weight and bias.
template <typename Value>
std::array<Tensor, 2> input_gradients(const Tensor& g, const Tensor& x, const kernels::ReluMask<Value>& gate,
                                      const Factors& factors, const GradientSums& sums, const Tensor& of_x) {
  const auto channels = x.size(1);
  const auto rows = static_cast<double>(x.numel() / channels);
  auto weight = at::empty({channels}, at::kFloat), bias = at::empty({channels}, at::kFloat);
  const Factors of(at::empty({3, channels}, at::kFloat));  // gain, offset, slope
  for (int64_t c = 0; c < channels; ++c) {
    const auto place = static_cast<size_t>(c);
    const double inverse = factors.inverse()[c], gain = factors.weight()[c] * inverse;
    weight.mutable_data_ptr<float>()[c] = static_cast<float>(sums.product[place] * inverse);
    bias.mutable_data_ptr<float>()[c] = static_cast<float>(sums.sum[place]);
    of.row(0)[c] = static_cast<float>(gain);
    of.row(1)[c] = static_cast<float>(-gain * sums.sum[place] / rows);
    of.row(2)[c] = static_cast<float>(-gain * inverse * inverse * sums.product[place] / rows);
  }
  const kernels::NormGradient norm{factors.mean(), of.row(0), of.row(1), of.row(2)};
  Parts(x).for_all([&, from = data_of<Value>(x), gradient = data_of<Value>(g), to = output_of<Value>(of_x)](
                       int64_t, int64_t first, const kernels::ChannelRows& rows_of) {
    auto at = gate;
    if (at.output) at.output += first;
    kernels::norm_kernels<Value>().backward(gradient + first, from + first, at, norm, to + first, rows_of);
  });
  return {weight, bias};
}

struct NormFunction : torch::autograd::Function<NormFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const std::optional<Tensor>& beside_x,
                        const Tensor& weight, const Tensor& bias, const Tensor& factors, bool relu,
                        const StepMemoryPtr* memory) {
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    const auto residual = beside_x.value_or(Tensor());
    const auto y = (*memory)->empty(x.sizes(), x.scalar_type());
    const Factors of(factors);
    with_stored_type(x, [&](auto type) {
      using Value = decltype(type);
      Parts(x).for_all([&, from = data_of<Value>(x), beside = data_of<Value>(residual), to = output_of<Value>(y)](
                           int64_t, int64_t first, const kernels::ChannelRows& rows) {
        kernels::norm_kernels<Value>().forward(from + first, of.scale(), of.shift(), beside ? beside + first : nullptr,
                                               relu, to + first, rows);
      });
    });
    // Without a residual the ReLU mask can be recomputed from x.
    context->save_for_backward({x, factors, relu && residual.defined() ? y : Tensor()});
    context->saved_data["relu"] = relu;
    context->saved_data["residual"] = residual.defined();
    context->saved_data["memory"] = c10::IValue::make_capsule(*memory);
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    if (at::GradMode::is_enabled())
      fail(ErrorKind::usage, "norm: gradients of gradients are not computed; train with fast=false");
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    const auto saved = context->get_saved_variables();
    return with_stored_type(
        saved[0], [&](auto type) { return backward_of<decltype(type)>(*context, saved, channels_last(gradients[0])); });
  }

  template <typename Value>
  static variable_list backward_of(AutogradContext& context, const variable_list& saved, const Tensor& g) {
    const auto& x = saved[0];
    const Factors factors(saved[1]);
    const bool relu = context.saved_data["relu"].toBool(), residual = context.saved_data["residual"].toBool();
    auto& memory = static_cast<StepMemory&>(*context.saved_data["memory"].toCapsule());
    kernels::ReluMask<Value> gate{.scale = factors.scale(), .shift = factors.shift()};
    using Kind = decltype(gate.kind);
    if (relu) gate.kind = residual ? Kind::from_output : Kind::recompute;
    if (relu && residual) gate.output = data_of<Value>(saved[2]);
    // The gradient of the residual is the masked gradient. Without a residual it is not stored but recomputed.
    const auto gated = relu && residual ? memory.empty(x.sizes(), x.scalar_type()) : Tensor();
    const auto of_x = memory.empty(x.sizes(), x.scalar_type());
    const auto sums = gradient_sums(g, x, gate, factors.mean(), gated);
    const auto [weight, bias] = gated.defined() ? input_gradients<Value>(gated, x, {}, factors, sums, of_x)
                                                : input_gradients(g, x, gate, factors, sums, of_x);
    return {of_x, !residual ? Tensor() : gated.defined() ? gated : g, weight, bias, Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

bool is_fused_norm(const torch::nn::BatchNorm2dImpl& norm) {
  return norm.is_training() && norm.options.affine() && norm.options.track_running_stats() && norm.options.momentum() &&
         norm.weight.scalar_type() == at::kFloat;
}

Tensor batch_norm_nhwc(torch::nn::BatchNorm2dImpl& norm, const Tensor& x, const Tensor& residual, bool relu,
                       const StepMemoryPtr& memory) {
  const auto maps = channels_last(x),
             beside = residual.defined() ? channels_last(residual.to(x.scalar_type())) : residual;
  const auto rows = static_cast<double>(maps.numel() / maps.size(1));
  Factors factors(Tensor{});
  {
    const at::NoGradGuard no_grad;
    const auto moments = with_stored_type(maps, [&](auto type) { return moments_of<decltype(type)>(maps); });
    take_in(norm, moments, rows);
    factors = factors_of(moments, norm, rows);
  }
  return NormFunction::apply(maps, beside.defined() ? std::optional(beside) : std::nullopt, norm.weight, norm.bias,
                             factors.all, relu, &memory);
}

}  // namespace reszoo::detail

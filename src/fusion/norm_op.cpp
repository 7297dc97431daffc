// Norms whose statistics are those of the sample itself.
#include <ATen/ops/from_blob.h>

#include <cmath>

#include "base/map_scale_shift.h"
#include "fusion/channelwise.h"
#include "infer/deal.h"

namespace reszoo::detail {
namespace {

/// The number of a tensor's channel; `otherwise` where there is none.
double number_of(const Tensor& tensor, int64_t channel, double otherwise) {
  return tensor.defined() ? static_cast<double>(tensor.const_data_ptr<float>()[channel]) : otherwise;
}

Tensor as_float(const Tensor& tensor) {
  return tensor.defined() ? tensor.detach().to(at::kFloat).contiguous() : tensor;
}

/// Statistics of groups of channels from those of the channels, for one image.
void merge_groups(int64_t channels, int64_t groups, double* mean, double* variance) {
  const auto size = channels / groups;
  for (int64_t group = 0; group < groups && size > 1; ++group) {
    auto *m = mean + group * size, *v = variance + group * size;
    double sum = 0, within = 0, between = 0;
    for (int64_t i = 0; i < size; ++i) sum += m[i];
    const auto average = sum / static_cast<double>(size);
    for (int64_t i = 0; i < size; ++i) {
      within += v[i];
      between += (m[i] - average) * (m[i] - average);
    }
    std::fill(m, m + size, average);
    std::fill(v, v + size, (within + between) / static_cast<double>(size));
  }
}

/// Mean and variance of each image's groups, (N, C) each.
struct GroupMoments {
  std::vector<double> mean, variance;

  GroupMoments(const float* x, const Maps& maps, int64_t groups, int64_t threads)
      : mean(static_cast<size_t>(maps.images * maps.channels)), variance(mean.size()) {
    channel_moments(x, maps, mean.data(), variance.data(), threads);
    for (int64_t image = 0; image < maps.images; ++image)
      merge_groups(maps.channels, groups, mean.data() + image * maps.channels, variance.data() + image * maps.channels);
  }
};

void run_group_norm(const ops::GroupNorm& norm, const Maps& maps, const Epilogue& epilogue, const KernelCall& call) {
  const auto groups = norm.groups ? norm.groups : maps.channels;
  const GroupMoments moments(call.x(), maps, groups, call.threads);
  std::vector<float> factors(2 * moments.mean.size());
  auto *scale = factors.data(), *shift = scale + moments.mean.size();
  for (size_t i = 0; i < moments.mean.size(); ++i) {
    const auto c = static_cast<int64_t>(i) % maps.channels;
    const auto gain = number_of(norm.weight, c, 1) / std::sqrt(moments.variance[i] + norm.epsilon);
    scale[i] = static_cast<float>(gain);
    shift[i] = static_cast<float>(number_of(norm.bias, c, 0) - moments.mean[i] * gain);
  }
  scale_shift_images(call, maps, {scale, shift, /*by_image=*/true, /*shift_by_image=*/true}, epilogue);
}

Kernel group_norm_kernel(const PlanRequest& request, ops::GroupNorm norm) {
  Kernel kernel{.output = request.x()};
  kernel.overwrites = request.epilogue.residual ? request.inputs.size() - 1 : 0;
  norm.weight = as_float(norm.weight);
  norm.bias = as_float(norm.bias);
  kernel.run = [norm, maps = Maps(request.x()), epilogue = request.epilogue](const KernelCall& call) {
    run_group_norm(norm, maps, epilogue, call);
  };
  return kernel;
}

class GroupNormOp : public PrimitiveOp<ops::GroupNorm> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return primitive.groups ? "group_norm" : "instance_norm"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (!is_maps(x) || x[1] < 1 || (primitive.groups && x[1] % primitive.groups)) request.reject();
    return group_norm_kernel(request, primitive);
  }
};

/// Of rows (N, C) it is a group norm of one group.
class LayerNormOp : public PrimitiveOp<ops::LayerNorm> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "layer_norm"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (x.size() < primitive.shape.size() || !std::equal(primitive.shape.rbegin(), primitive.shape.rend(), x.rbegin()))
      request.reject();
    if (x.size() == 2 && primitive.shape.size() == 1)
      return group_norm_kernel(request, {1, primitive.weight, primitive.bias, primitive.epsilon});
    return tensor_kernel(request, x, bind({}));
  }
};

/// Calls `work(x, y, scale)` for each pixel, with the factors (C) of its image.
template <typename Work>
void each_image(const KernelCall& call, const Maps& maps, const std::vector<float>& scale, const Work& work) {
  const auto pixels = maps.images * maps.pixels();
  deal_out_numbers(call.threads, pixels, maps.elements(), [&](int64_t first, int64_t end) {
    for (int64_t pixel = first; pixel < end; ++pixel) {
      const auto at = pixel * maps.channels;
      work(call.x() + at, call.y + at, scale.data() + pixel / maps.pixels() * maps.channels);
    }
  });
}

/// The gates are made in the result's own memory, by LibTorch's sigmoid.
class EvoNormOp : public PrimitiveOp<ops::EvoNorm> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "evo_norm"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (!is_maps(x) || x[1] != primitive.weight.numel()) request.reject();
    Kernel kernel{.output = x};
    kernel.run = [norm = primitive, weight = as_float(primitive.weight), bias = as_float(primitive.bias),
                  v = as_float(primitive.v), maps = Maps(x), epilogue = request.epilogue](const KernelCall& call) {
      const GroupMoments moments(call.x(), maps, norm.groups, call.threads);
      std::vector<float> scale(moments.mean.size());
      for (size_t i = 0; i < scale.size(); ++i)
        scale[i] = static_cast<float>(number_of(weight, static_cast<int64_t>(i) % maps.channels, 1) /
                                      std::sqrt(moments.variance[i] + norm.epsilon));
      const std::vector<float> zeros(static_cast<size_t>(maps.channels), 0.0f);
      scale_shift_images(call, maps, {v.const_data_ptr<float>(), zeros.data()},
                         {.activation = ops::Activation{ops::Activation::Kind::sigmoid}});
      each_image(call, maps, scale, [&, to_add = bias.const_data_ptr<float>()](const float* in, float* y, const float* by) {
        for (int64_t c = 0; c < maps.channels; ++c) y[c] = in[c] * y[c] * by[c] + to_add[c];
      });
      if (!epilogue.empty())
        apply_epilogue(epilogue, call.residual(epilogue), call.y, maps.elements(), call.threads);
    };
    return kernel;
  }
};

class ResponseNormOp : public PrimitiveOp<ops::ResponseNorm> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "response_norm"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (!is_maps(x) || x[1] != primitive.weight.numel()) request.reject();
    Kernel kernel{.output = x};
    if (request.epilogue.empty()) kernel.overwrites = 0;
    kernel.run = [norm = primitive, weight = as_float(primitive.weight), bias = as_float(primitive.bias),
                  tau = as_float(primitive.tau), maps = Maps(x), epilogue = request.epilogue](const KernelCall& call) {
      std::vector<double> squares(static_cast<size_t>(maps.images * maps.channels));
      channel_moments(call.x(), maps, nullptr, squares.data(), call.threads);
      std::vector<float> scale(squares.size());
      for (size_t i = 0; i < scale.size(); ++i)
        scale[i] = static_cast<float>(number_of(weight, static_cast<int64_t>(i) % maps.channels, 1) /
                                      std::sqrt(squares[i] + norm.epsilon));
      each_image(call, maps, scale,
                 [&, to_add = bias.const_data_ptr<float>(), least = tau.const_data_ptr<float>()](
                     const float* in, float* y, const float* by) {
                   for (int64_t c = 0; c < maps.channels; ++c) {
                     const auto value = in[c] * by[c] + to_add[c];
                     y[c] = value < least[c] ? least[c] : value;  // a nan stays
                   }
                 });
      if (!epilogue.empty())
        apply_epilogue(epilogue, call.residual(epilogue), call.y, maps.elements(), call.threads);
    };
    return kernel;
  }
};

}  // namespace

std::shared_ptr<const FusedOp> make_op(const ops::GroupNorm& norm) {
  return std::make_shared<GroupNormOp>(norm);
}

std::shared_ptr<const FusedOp> make_op(const ops::LayerNorm& norm) {
  return std::make_shared<LayerNormOp>(norm);
}

std::shared_ptr<const FusedOp> make_op(const ops::EvoNorm& norm) {
  return std::make_shared<EvoNormOp>(norm);
}

std::shared_ptr<const FusedOp> make_op(const ops::ResponseNorm& norm) {
  return std::make_shared<ResponseNormOp>(norm);
}

}  // namespace reszoo::detail

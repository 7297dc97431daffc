// Norms that use the statistics of the sample itself.
#include "fusion/maps.h"
#include "kernels/group_norm.h"

namespace reszoo::detail {
namespace {

Tensor as_float(const Tensor& tensor) {
  return tensor.defined() ? tensor.detach().to(at::kFloat).contiguous() : tensor;
}

const float* data_or_null(const Tensor& tensor) { return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr; }

Kernel group_norm_kernel(const PlanRequest& request, ops::GroupNorm norm) {
  const Maps maps(request.x());
  Kernel kernel{.output = request.x()};
  if (!request.epilogue.residual) kernel.overwrites = 0;
  norm.weight = as_float(norm.weight);
  norm.bias = as_float(norm.bias);
  const kernels::GroupNormShape shape{.images = maps.images,
                                      .pixels = maps.pixels(),
                                      .channels = maps.channels,
                                      .groups = norm.groups ? norm.groups : maps.channels,
                                      .eps = norm.epsilon};
  kernel.run = [norm, shape, elements = maps.elements(), epilogue = request.epilogue](const KernelCall& call) {
    kernels::group_norm(call.x(), shape, data_or_null(norm.weight),
                        {data_or_null(norm.bias), call.residual(epilogue), kernel_activation(epilogue)}, call.y,
                        call.threads);
    apply_rest(epilogue, call.y, elements);
  };
  return kernel;
}

class GroupNormOp : public PrimitiveOp<ops::GroupNorm> {
 public:
  static constexpr auto kEpilogue = EpilogueSupport::residual_and_activation;
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return primitive.groups ? "group_norm" : "instance_norm"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (!is_maps(x) || x[1] < 1 || (primitive.groups && x[1] % primitive.groups)) request.reject();
    return group_norm_kernel(request, primitive);
  }
};

/// For (N, C) this is a group norm with one group.
class LayerNormOp : public PrimitiveOp<ops::LayerNorm> {
 public:
  static constexpr auto kEpilogue = EpilogueSupport::residual_and_activation;
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

/// A norm of images that LibTorch's operators compute.
template <typename Norm>
class TensorNormOp : public PrimitiveOp<Norm> {
 public:
  static constexpr auto kEpilogue = EpilogueSupport::residual_and_activation;
  using PrimitiveOp<Norm>::PrimitiveOp;

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (!is_maps(x) || x[1] != this->primitive.weight.numel()) request.reject();
    return tensor_kernel(request, x, this->bind({}));
  }
};

class EvoNormOp : public TensorNormOp<ops::EvoNorm> {
 public:
  using TensorNormOp::TensorNormOp;
  std::string kind() const override { return "evo_norm"; }
};

class ResponseNormOp : public TensorNormOp<ops::ResponseNorm> {
 public:
  using TensorNormOp::TensorNormOp;
  std::string kind() const override { return "response_norm"; }
};

}  // namespace

void add_norm_ops(FusedOps& ops) {
  ops.add<GroupNormOp>();
  ops.add<LayerNormOp>();
  ops.add<EvoNormOp>();
  ops.add<ResponseNormOp>();
}

}  // namespace reszoo::detail

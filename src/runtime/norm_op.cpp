// Norms that use the statistics of the sample itself.
#include <algorithm>

#include "kernels/group_norm.h"
#include "runtime/maps.h"
#include "runtime/ops.h"

namespace reszoo::detail {

void describe(Fields& each, GroupNorm& norm) {
  each("groups", norm.groups);
  each("weight", norm.weight);
  each("bias", norm.bias);
  each("epsilon", norm.epsilon);
}

void describe(Fields& each, LayerNorm& norm) {
  each("shape", norm.shape);
  each("weight", norm.weight);
  each("bias", norm.bias);
  each("epsilon", norm.epsilon);
}

namespace {

/// Whether weights and biases, where they are there, have as many values.
template <typename Norm>
bool fits(const Norm& norm, int64_t count) {
  return (!norm.weight.defined() || norm.weight.count() == count) &&
         (!norm.bias.defined() || norm.bias.count() == count);
}

Kernel group_norm_kernel(const PlanRequest& request, const GroupNorm& norm) {
  const Maps maps(request.x());
  Kernel kernel{.output = request.x()};
  if (!request.epilogue.residual) kernel.overwrites = 0;
  const kernels::GroupNormShape shape{.images = maps.images,
                                      .pixels = maps.pixels(),
                                      .channels = maps.channels,
                                      .groups = norm.groups ? norm.groups : maps.channels,
                                      .eps = norm.epsilon};
  kernel.run = [norm, shape, elements = maps.elements(), epilogue = request.epilogue](const KernelCall& call) {
    kernels::group_norm(call.x(), shape, norm.weight.data(),
                        {norm.bias.data(), call.residual(epilogue), kernel_activation(epilogue)}, call.y, call.threads);
    apply_rest(epilogue, call.y, elements);
  };
  return kernel;
}

class GroupNormOp : public DataOp<GroupNorm> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return data.groups ? "group_norm" : "instance_norm"; }
  const char* name() const override { return "group_norm"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (!is_maps(x) || x[1] < 1 || data.groups < 0 || (data.groups && x[1] % data.groups) || !fits(data, x[1]))
      request.reject();
    return group_norm_kernel(request, data);
  }
};

/// For (N, C) this is a group norm with one group.
class LayerNormOp : public DataOp<LayerNorm> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return "layer_norm"; }
  const char* name() const override { return "layer_norm"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (x.size() < data.shape.size() || !std::equal(data.shape.rbegin(), data.shape.rend(), x.rbegin()) ||
        !fits(data, elements_of(data.shape)))
      request.reject();
    if (x.size() != 2 || data.shape.size() != 1) return {.output = x};
    return group_norm_kernel(request, {1, data.weight, data.bias, data.epsilon});
  }
};

}  // namespace

std::shared_ptr<const FusedOp> make_op(const GroupNorm& norm) { return std::make_shared<const GroupNormOp>(norm); }

std::shared_ptr<const FusedOp> make_op(const LayerNorm& norm) { return std::make_shared<const LayerNormOp>(norm); }

void add_norm_readers(OpReaders& readers) {
  readers.add<GroupNorm>("group_norm");
  readers.add<LayerNorm>("layer_norm");
}

}  // namespace reszoo::detail

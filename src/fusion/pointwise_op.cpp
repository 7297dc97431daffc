// Sums of two inputs, stand-alone activations, and convolutions along channels.
#include <algorithm>

#include "fusion/kept_blocks.h"
#include "fusion/maps.h"
#include "kernels/channel_gates.h"
#include "kernels/parallel_ranges.h"

namespace reszoo::detail {
namespace {

class AddOp : public PrimitiveOp<ops::Add> {
 public:
  static constexpr auto kEpilogue = EpilogueSupport::activation;
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "add"; }

  Kernel plan(const PlanRequest& request) const override {
    if (request.inputs[1] != request.x()) request.reject();
    Kernel kernel{.output = request.x(), .overwrites = 1};
    if (request.wanted.type != kernels::StoredAs::Type::float32) {
      kernel.reads = {request.kept[0].as, request.kept[1].as};
      kernel.writes = request.wanted;
      kernel.run = [reads = kernel.reads, writes = kernel.writes, elements = elements_of(request.x()),
                    epilogue = request.epilogue](const KernelCall& call) {
        for_each_float_block(call, reads, writes, elements, 1, [&](int64_t, int64_t count, const FloatBlock& block) {
          kernels::add(block.inputs[0], block.inputs[1], kernel_activation(epilogue), block.y, count);
          apply_rest(epilogue, block.y, count);
        });
      };
      return kernel;
    }
    kernel.run = [elements = elements_of(request.x()), epilogue = request.epilogue](const KernelCall& call) {
      kernels::parallel_ranges(call.threads, elements, elements, [&](int64_t first, int64_t end) {
        kernels::add(call.inputs[0] + first, call.inputs[1] + first, kernel_activation(epilogue), call.y + first,
                     end - first);
        apply_rest(epilogue, call.y + first, end - first);
      });
    };
    return kernel;
  }

  bool reads_kept() const override { return true; }
};

class ActivationOp : public PrimitiveOp<ops::Activation> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return ops::name_of(primitive.kind); }

  Kernel plan(const PlanRequest& request) const override {
    Kernel kernel{.output = request.x(), .overwrites = 0};
    kernel.run = [activation = primitive, elements = elements_of(request.x())](const KernelCall& call) {
      kernels::parallel_ranges(call.threads, elements, elements, [&](int64_t first, int64_t end) {
        if (call.y != call.x()) std::copy(call.x() + first, call.x() + end, call.y + first);
        apply_activation(activation, call.y + first, end - first);
      });
    };
    return kernel;
  }
};

/// Reads (N, C, 1, 1) or (N, C); returns (N, C).
class ChannelConvOp : public PrimitiveOp<ops::ChannelConv> {
 public:
  static constexpr auto kEpilogue = EpilogueSupport::activation;
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "channel_conv"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (!is_maps(x) || Maps(x).pixels() != 1) request.reject();
    Kernel kernel{.output = {x[0], x[1]}};
    kernel.run = [weight = primitive.weight.detach().to(at::kFloat).contiguous(), maps = Maps(x),
                  epilogue = request.epilogue](const KernelCall& call) {
      kernels::channel_conv1d(call.x(), maps.images, maps.channels, weight.const_data_ptr<float>(), weight.size(2),
                              kernel_activation(epilogue), call.y);
      apply_rest(epilogue, call.y, maps.elements());
    };
    return kernel;
  }
};

}  // namespace

void add_pointwise_ops(FusedOps& ops) {
  ops.add<AddOp>();
  ops.add<ActivationOp>();
  ops.add<ChannelConvOp>();
}

}  // namespace reszoo::detail

// Sums of two maps, activations by themselves, and convolutions along channels.
#include <cstring>

#include "fusion/maps.h"
#include "infer/deal.h"

namespace reszoo::detail {
namespace {

class AddOp : public PrimitiveOp<ops::Add> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "add"; }

  Kernel plan(const PlanRequest& request) const override {
    if (request.inputs[1] != request.x()) request.reject();
    Kernel kernel{.output = request.x(), .overwrites = 1};
    kernel.run = [elements = elements_of(request.x()), epilogue = request.epilogue](const KernelCall& call) {
      const auto *a = call.inputs[0], *b = call.inputs[1];
      const bool relu = epilogue.activation && epilogue.activation->kind == ops::Activation::Kind::relu;
      deal_out_numbers(call.threads, elements, elements, [&](int64_t first, int64_t end) {
        if (relu)
          for (int64_t i = first; i < end; ++i) {
            const auto sum = a[i] + b[i];
            call.y[i] = sum < 0 ? 0 : sum;
          }
        else
          for (int64_t i = first; i < end; ++i) call.y[i] = a[i] + b[i];
        if (epilogue.activation && !relu) apply_activation(*epilogue.activation, call.y + first, end - first);
      });
    };
    return kernel;
  }
};

class ActivationOp : public PrimitiveOp<ops::Activation> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return ops::name_of(primitive.kind); }

  Kernel plan(const PlanRequest& request) const override {
    Kernel kernel{.output = request.x(), .overwrites = 0};
    kernel.run = [activation = primitive, elements = elements_of(request.x())](const KernelCall& call) {
      deal_out_numbers(call.threads, elements, elements, [&](int64_t first, int64_t end) {
        if (call.y != call.x()) std::copy(call.x() + first, call.x() + end, call.y + first);
        apply_activation(activation, call.y + first, end - first);
      });
    };
    return kernel;
  }
};

/// Reads (N, C, 1, 1) and (N, C); gives (N, C).
class ChannelConvOp : public PrimitiveOp<ops::ChannelConv> {
 public:
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "channel_conv"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (!is_maps(x) || Maps(x).pixels() != 1) request.reject();
    Kernel kernel{.output = {x[0], x[1]}};
    kernel.run = [weight = primitive.weight.detach().to(at::kFloat).contiguous(), maps = Maps(x),
                  epilogue = request.epilogue](const KernelCall& call) {
      const auto kernel_size = weight.size(2), half = kernel_size / 2;
      const auto* w = weight.const_data_ptr<float>();
      for (int64_t image = 0; image < maps.images; ++image) {
        const auto* in = call.x() + image * maps.channels;
        for (int64_t c = 0; c < maps.channels; ++c) {
          float sum = 0;
          for (int64_t k = std::max<int64_t>(0, half - c); k < std::min(kernel_size, maps.channels + half - c); ++k)
            sum += w[k] * in[c + k - half];
          call.y[image * maps.channels + c] = sum;
        }
      }
      if (!epilogue.empty())
        apply_epilogue(epilogue, call.residual(epilogue), call.y, maps.elements(), call.threads);
    };
    return kernel;
  }
};

}  // namespace

std::shared_ptr<const FusedOp> make_op(const ops::Add& add) {
  return std::make_shared<AddOp>(add);
}

std::shared_ptr<const FusedOp> make_op(const ops::Activation& activation) {
  return std::make_shared<ActivationOp>(activation);
}

std::shared_ptr<const FusedOp> make_op(const ops::ChannelConv& conv) {
  return std::make_shared<ChannelConvOp>(conv);
}

}  // namespace reszoo::detail

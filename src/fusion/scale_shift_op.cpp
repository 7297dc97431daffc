// Scale and shift per channel, and channel gates.
#include "fusion/maps.h"
#include "kernels/channel_gates.h"
#include "kernels/parallel_ranges.h"
#include "kernels/scale_shift.h"

namespace reszoo::detail {
namespace {

class ScaleShiftOp : public FusedOp {
 public:
  ScaleShiftOp(Tensor scale, Tensor shift) : scale_(std::move(scale)), shift_(std::move(shift)) {}
  std::string kind() const override { return "scale_shift"; }

  Kernel plan(const PlanRequest& request) const override {
    if (!is_maps(request.x()) || request.x()[1] != scale_.numel()) request.reject();
    Kernel kernel{.output = request.x()};
    kernel.overwrites = request.epilogue.residual ? request.inputs.size() - 1 : 0;
    kernel.run = [scale = scale_, shift = shift_, maps = Maps(request.x()),
                  epilogue = request.epilogue](const KernelCall& call) {
      const auto pixels = maps.images * maps.pixels(), channels = maps.channels;
      const auto *by = scale.const_data_ptr<float>(), *added = shift.const_data_ptr<float>(),
                 *residual = call.residual(epilogue);
      kernels::parallel_ranges(call.threads, pixels, maps.elements(), [&](int64_t first, int64_t end) {
        const auto at = first * channels;
        kernels::scale_shift(call.x() + at, by, added, residual ? residual + at : nullptr, kernel_activation(epilogue),
                             call.y + at, {end - first, channels});
        apply_rest(epilogue, call.y + at, (end - first) * channels);
      });
    };
    return kernel;
  }

  TensorFunction bind(const TensorType& type) const override {
    const auto options = at::device(type.device).dtype(type.type);
    return [scale = scale_.to(options), shift = shift_.to(options)](const auto& inputs) {
      std::vector<int64_t> sizes(static_cast<size_t>(inputs[0].dim()), 1);
      sizes[1] = -1;
      return inputs[0] * scale.reshape(sizes) + shift.reshape(sizes);
    };
  }

 private:
  Tensor scale_, shift_;
};

class ChannelScaleOp : public PrimitiveOp<ops::ChannelScale> {
 public:
  static constexpr auto kEpilogue = EpilogueSupport::residual_and_activation;
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "channel_scale"; }

  Kernel plan(const PlanRequest& request) const override {
    if (!is_maps(request.x())) request.reject();
    const Maps maps(request.x());
    if (elements_of(request.inputs[1]) != maps.images * maps.channels) request.reject();
    Kernel kernel{.output = request.x()};
    kernel.overwrites = request.epilogue.residual ? request.inputs.size() - 1 : 0;
    kernel.run = [maps, epilogue = request.epilogue](const KernelCall& call) {
      kernels::scale_channels(call.x(), call.inputs[1], call.residual(epilogue), kernel_activation(epilogue), call.y,
                              maps.images, maps.pixels(), maps.channels, call.threads);
      apply_rest(epilogue, call.y, maps.elements());
    };
    return kernel;
  }
};

}  // namespace

std::shared_ptr<const FusedOp> make_scale_shift(Tensor scale, Tensor shift) {
  return std::make_shared<ScaleShiftOp>(std::move(scale), std::move(shift));
}

void add_scale_ops(FusedOps& ops) { ops.add<ChannelScaleOp>(); }

}  // namespace reszoo::detail

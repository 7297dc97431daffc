// A number a channel times maps, and one added; gates of channels.
#include "base/map_scale_shift.h"
#include "fusion/channelwise.h"
#include "fusion/maps.h"
#include "infer/deal.h"

namespace reszoo::detail {

void scale_shift_images(const KernelCall& call, const Maps& maps, const ImageFactors& factors, const Epilogue& epilogue) {
  const auto channels = maps.channels, pixels = maps.images * maps.pixels();
  const auto of_image = factors.by_image ? maps.pixels() : pixels;
  const auto* residual = call.residual(epilogue);
  const bool relu = epilogue.activation && epilogue.activation->kind == ops::Activation::Kind::relu;
  deal_out_numbers(call.threads, pixels, pixels * channels, [&](int64_t first, int64_t end) {
    const auto begin = first;
    while (first < end) {
      const auto image = first / of_image, count = std::min(end, (image + 1) * of_image) - first, at = first * channels;
      const auto skipped = factors.by_image ? image * channels : 0;
      map_scale_shift(call.x() + at, factors.scale + skipped,
                      factors.shift + (factors.shift_by_image ? skipped : 0), residual ? residual + at : nullptr, relu,
                      call.y + at, {count, channels});
      first += count;
    }
    if (epilogue.activation && !relu)
      apply_activation(*epilogue.activation, call.y + begin * channels, (end - begin) * channels);
  });
}

namespace {

class ScaleShiftOp : public FusedOp {
 public:
  ScaleShiftOp(Tensor scale, Tensor shift) : scale_(std::move(scale)), shift_(std::move(shift)) {}
  std::string kind() const override { return "scale_shift"; }

  Kernel plan(const PlanRequest& request) const override {
    if (!is_maps(request.x()) || request.x()[1] != scale_.numel()) request.reject();
    Kernel kernel{.output = request.x()};
    kernel.overwrites = request.epilogue.residual ? request.inputs.size() - 1 : 0;
    kernel.run = [scale = scale_, shift = shift_, maps = Maps(request.x()), epilogue = request.epilogue](
                     const KernelCall& call) {
      scale_shift_images(call, maps, {scale.const_data_ptr<float>(), shift.const_data_ptr<float>()}, epilogue);
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
  using PrimitiveOp::PrimitiveOp;
  std::string kind() const override { return "channel_scale"; }

  Kernel plan(const PlanRequest& request) const override {
    if (!is_maps(request.x())) request.reject();
    const Maps maps(request.x());
    if (elements_of(request.inputs[1]) != maps.images * maps.channels) request.reject();
    Kernel kernel{.output = request.x()};
    kernel.overwrites = request.epilogue.residual ? request.inputs.size() - 1 : 0;
    kernel.run = [zeros = std::vector<float>(static_cast<size_t>(maps.channels), 0.0f), maps,
                  epilogue = request.epilogue](const KernelCall& call) {
      scale_shift_images(call, maps, {call.inputs[1], zeros.data(), /*by_image=*/true, /*shift_by_image=*/false}, epilogue);
    };
    return kernel;
  }
};

}  // namespace

std::shared_ptr<const FusedOp> make_scale_shift(Tensor scale, Tensor shift) {
  return std::make_shared<ScaleShiftOp>(std::move(scale), std::move(shift));
}

std::shared_ptr<const FusedOp> make_op(const ops::ChannelScale& scale) {
  return std::make_shared<ChannelScaleOp>(scale);
}

}  // namespace reszoo::detail

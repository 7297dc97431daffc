// Scale and shift per channel, and channel gates.
#include "kernels/channel_gates.h"
#include "kernels/parallel_ranges.h"
#include "kernels/scale_shift.h"
#include "runtime/kept_blocks.h"
#include "runtime/maps.h"
#include "runtime/ops.h"

namespace reszoo::detail {

void describe(Fields& each, ScaleShift& norm) {
  each("scale", norm.scale);
  each("shift", norm.shift);
}

void describe(Fields&, ops::ChannelScale&) {}

namespace {

class ScaleShiftOp : public DataOp<ScaleShift> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return "scale_shift"; }
  const char* name() const override { return "scale_shift"; }

  Kernel plan(const PlanRequest& request) const override {
    if (!is_maps(request.x()) || request.x()[1] != data.scale.count() || data.shift.count() != data.scale.count())
      request.reject();
    Kernel kernel{.output = request.x()};
    kernel.overwrites = request.epilogue.residual ? request.inputs.size() - 1 : 0;
    kernel.run = [norm = data, maps = Maps(request.x()), epilogue = request.epilogue](const KernelCall& call) {
      const auto pixels = maps.images * maps.pixels(), channels = maps.channels;
      const auto *by = norm.scale.data(), *added = norm.shift.data(), *residual = call.residual(epilogue);
      kernels::parallel_ranges(call.threads, pixels, maps.elements(), [&](int64_t first, int64_t end) {
        const auto at = first * channels;
        kernels::scale_shift(call.x() + at, by, added, residual ? residual + at : nullptr, kernel_activation(epilogue),
                             call.y + at, {end - first, channels});
        apply_rest(epilogue, call.y + at, (end - first) * channels);
      });
    };
    return kernel;
  }
};

class ChannelScaleOp : public DataOp<ops::ChannelScale> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return "channel_scale"; }
  const char* name() const override { return "channel_scale"; }

  Kernel plan(const PlanRequest& request) const override {
    if (!is_maps(request.x())) request.reject();
    const Maps maps(request.x());
    if (elements_of(request.inputs[1]) != maps.images * maps.channels) request.reject();
    Kernel kernel{.output = request.x()};
    kernel.overwrites = request.epilogue.residual ? request.inputs.size() - 1 : 0;
    if (request.wanted.type != kernels::StoredAs::Type::float32) {
      run_kept(kernel, request, maps);
      return kernel;
    }
    kernel.run = [maps, epilogue = request.epilogue](const KernelCall& call) {
      kernels::scale_channels(call.x(), call.inputs[1], call.residual(epilogue), kernel_activation(epilogue), call.y,
                              maps.images, maps.pixels(), maps.channels, call.threads);
      apply_rest(epilogue, call.y, maps.elements());
    };
    return kernel;
  }

  bool reads_kept() const override { return true; }

 private:
  /// Reads and writes pixels as they are kept; the gates are float32.
  static void run_kept(Kernel& kernel, const PlanRequest& request, const Maps& maps) {
    for (const auto& input : request.kept) kernel.reads.push_back(input.as);
    kernel.reads[1] = {};
    kernel.writes = request.wanted;
    kernel.run = [maps, reads = kernel.reads, writes = kernel.writes,
                  epilogue = request.epilogue](const KernelCall& call) {
      auto pixels = call;
      auto of_pixels = reads;
      pixels.inputs.erase(pixels.inputs.begin() + 1);
      of_pixels.erase(of_pixels.begin() + 1);
      const auto of_image = maps.pixels() * maps.channels;
      for (int64_t image = 0; image < maps.images; ++image) {
        auto call_of_image = pixels;
        for (size_t i = 0; i < of_pixels.size(); ++i)
          call_of_image.inputs[i] = moved(pixels.inputs[i], of_pixels[i], image * of_image);
        call_of_image.y = const_cast<float*>(moved(pixels.y, writes, image * of_image));
        const auto* gates = call.inputs[1] + image * maps.channels;
        for_each_float_block(call_of_image, of_pixels, writes, of_image, maps.channels,
                             [&](int64_t, int64_t count, const FloatBlock& block) {
                               kernels::scale_channels(
                                   block.inputs[0], gates, epilogue.residual ? block.inputs[1] : nullptr,
                                   kernel_activation(epilogue), block.y, 1, count / maps.channels, maps.channels, 1);
                               apply_rest(epilogue, block.y, count);
                             });
      }
    };
  }

  /// Returns the pointer to a value of a result.
  static const float* moved(const float* data, const kernels::StoredAs& as, int64_t values) {
    return reinterpret_cast<const float*>(reinterpret_cast<const uint8_t*>(data) + values * as.bytes());
  }
};

}  // namespace

std::shared_ptr<const FusedOp> make_op(const ScaleShift& norm) { return std::make_shared<const ScaleShiftOp>(norm); }

std::shared_ptr<const FusedOp> make_op(const ops::ChannelScale& scale) {
  return std::make_shared<const ChannelScaleOp>(scale);
}

void add_scale_readers(OpReaders& readers) {
  readers.add<ScaleShift>("scale_shift");
  readers.add<ops::ChannelScale>("channel_scale");
}

}  // namespace reszoo::detail

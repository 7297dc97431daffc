// Sums of two inputs, stand-alone activations, and convolutions along channels.
#include <algorithm>

#include "kernels/channel_gates.h"
#include "kernels/parallel_ranges.h"
#include "reszoo/base/error.h"
#include "runtime/kept_blocks.h"
#include "runtime/maps.h"
#include "runtime/ops.h"

namespace reszoo::detail {

void describe(Fields&, ops::Input&) {}

void describe(Fields&, ops::Add&) {}

void describe(Fields& each, ops::Activation& activation) {
  auto kind = ops::name_of(activation.kind);
  each("kind", kind);
  activation.kind = ops::parse_activation_kind(kind);
  each("slope", activation.slope);
}

void describe(Fields& each, ChannelConv& conv) { each("weight", conv.weight); }

namespace {

class InputOp : public DataOp<ops::Input> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return "input"; }
  const char* name() const override { return "input"; }
  Kernel plan(const PlanRequest& request) const override { return {.output = request.x()}; }
};

class AddOp : public DataOp<ops::Add> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return "add"; }
  const char* name() const override { return "add"; }

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

class ActivationOp : public DataOp<ops::Activation> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return ops::name_of(data.kind); }
  const char* name() const override { return "activation"; }

  Kernel plan(const PlanRequest& request) const override {
    Kernel kernel{.output = request.x(), .overwrites = 0};
    kernel.run = [activation = data, elements = elements_of(request.x())](const KernelCall& call) {
      kernels::parallel_ranges(call.threads, elements, elements, [&](int64_t first, int64_t end) {
        if (call.y != call.x()) std::copy(call.x() + first, call.x() + end, call.y + first);
        apply_activation(activation, call.y + first, end - first);
      });
    };
    return kernel;
  }
};

/// Reads (N, C, 1, 1) or (N, C); returns (N, C).
class ChannelConvOp : public DataOp<ChannelConv> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return "channel_conv"; }
  const char* name() const override { return "channel_conv"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (!is_maps(x) || Maps(x).pixels() != 1 || data.weight.shape().size() != 3 || data.weight.size(2) % 2 == 0)
      request.reject();
    Kernel kernel{.output = {x[0], x[1]}};
    kernel.run = [weight = data.weight, maps = Maps(x), epilogue = request.epilogue](const KernelCall& call) {
      kernels::channel_conv1d(call.x(), maps.images, maps.channels, weight.data(), weight.size(2),
                              kernel_activation(epilogue), call.y);
      apply_rest(epilogue, call.y, maps.elements());
    };
    return kernel;
  }
};

}  // namespace

std::shared_ptr<const FusedOp> make_op(const ops::Input& input) { return std::make_shared<const InputOp>(input); }

std::shared_ptr<const FusedOp> make_op(const ops::Add& add) { return std::make_shared<const AddOp>(add); }

std::shared_ptr<const FusedOp> make_op(const ops::Activation& activation) {
  return std::make_shared<const ActivationOp>(activation);
}

std::shared_ptr<const FusedOp> make_op(const ChannelConv& conv) { return std::make_shared<const ChannelConvOp>(conv); }

void add_pointwise_readers(OpReaders& readers) {
  readers.add<ops::Input>("input");
  readers.add<ops::Add>("add");
  readers.add<ops::Activation>("activation");
  readers.add<ChannelConv>("channel_conv");
}

}  // namespace reszoo::detail

// The linear layers of a k-ensemble (TabM).
#include <ATen/ops/zeros_like.h>

#include "fusion/module_ops.h"
#include "kernels/members.h"
#include "kernels/parallel_ranges.h"
#include "kernels/scale_shift.h"
#include "reszoo/nn/member_linear.h"
#include "reszoo/nn/n_linear.h"

namespace reszoo::detail {
namespace {

constexpr kernels::ConvAlgorithm kDirect{kernels::ConvAlgorithm::Kind::direct};

/// y_i = s_i * W(r_i * x_i) + b_i for the members i.
class MemberLinearOp : public ModuleOp {
 public:
  MemberLinearOp(const ops::Module& primitive_, const BatchEnsembleLinearImpl& from)
      : ModuleOp(primitive_),
        options_(from.options),
        layer_(
            std::make_shared<const ConvLayer>(ConvWeights{.weight = from.weight.detach().unsqueeze(2).unsqueeze(3)})),
        r_(from.r.detach().contiguous()),
        s_(from.s.detach().contiguous()),
        bias_(from.bias.defined() ? from.bias.detach().contiguous() : at::zeros_like(from.s.detach()).contiguous()) {}

  std::string kind() const override { return "member_linear"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    const auto members = options_.members, in = options_.in;
    if (x.size() != 2 || (x[1] != in && x[1] != members * in)) request.reject();
    const auto rows = x[0], wide = members * in;
    const auto shape = layer_->shape(rows * members, 1, 1);
    Kernel kernel{.output = {rows, members * options_.out},
                  .scratch = rows * wide + layer_->scratch(shape, kDirect, request.options.threads),
                  .multiply_adds = shape.multiply_adds()};
    kernel.run = [op = *this, shape, rows, wide, shared = x[1] == in, epilogue = request.epilogue](const auto& call) {
      auto* scaled = call.scratch;
      op.scale(call, shared, scaled, {rows, wide});
      op.layer_->run(kDirect, shape, scaled, nullptr, kernels::Activation::none, call.y, scaled + rows * wide,
                     call.threads);
      op.finish(call, epilogue, {rows, op.s_.numel()});
    };
    return kernel;
  }

 private:
  void scale(const KernelCall& call, bool shared, float* scaled, const kernels::ChannelRows& rows) const {
    kernels::parallel_ranges(call.threads, rows.count, rows.count * rows.channels, [&](int64_t first, int64_t end) {
      const auto from = first * (shared ? options_.in : rows.channels);
      kernels::scale_members(call.x() + from, r_.const_data_ptr<float>(), shared ? options_.members : 1,
                             scaled + first * rows.channels, {end - first, rows.channels});
    });
  }

  void finish(const KernelCall& call, const Epilogue& epilogue, const kernels::ChannelRows& rows) const {
    const auto* residual = call.residual(epilogue);
    kernels::parallel_ranges(call.threads, rows.count, rows.count * rows.channels, [&](int64_t first, int64_t end) {
      const auto at = first * rows.channels;
      kernels::scale_shift(call.y + at, s_.const_data_ptr<float>(), bias_.const_data_ptr<float>(),
                           residual ? residual + at : nullptr, kernel_activation(epilogue), call.y + at,
                           {end - first, rows.channels});
      apply_rest(epilogue, call.y + at, (end - first) * rows.channels);
    });
  }

  const MemberLinearOptions options_;
  const std::shared_ptr<const ConvLayer> layer_;
  const Tensor r_, s_, bias_;
};

/// The last layers of the members, which have few outputs: (N, members * in) to (N, members, out).
class MemberHeadOp : public ModuleOp {
 public:
  static constexpr int64_t kMostOutputs = 4;

  MemberHeadOp(const ops::Module& primitive_, const NLinearImpl& from)
      : ModuleOp(primitive_),
        of_{from.options.layers, from.options.in, from.options.out},
        weight_(from.weight.detach().contiguous()),
        bias_(from.bias.detach().contiguous()) {}

  std::string kind() const override { return "member_head"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (x.size() != 2 || x[1] != of_.members * of_.in) request.reject();
    Kernel kernel{.output = {x[0], of_.members, of_.out}, .multiply_adds = x[0] * weight_.numel()};
    kernel.run = [op = *this, rows = x[0]](const auto& call) {
      kernels::parallel_ranges(call.threads, rows, rows * op.weight_.numel(), [&](int64_t first, int64_t end) {
        op.compute(call.x() + first * op.of_.members * op.of_.in, end - first,
                   call.y + first * op.of_.members * op.of_.out);
      });
    };
    return kernel;
  }

 private:
  /// Results of three dimensions are kept with the second one last.
  void compute(const float* x, int64_t rows, float* y) const {
    const auto size = of_.members * of_.out;
    std::vector<float> row(static_cast<size_t>(size));
    for (int64_t i = 0; i < rows; ++i, x += of_.members * of_.in, y += size) {
      kernels::member_heads(of_, x, weight_.const_data_ptr<float>(), bias_.const_data_ptr<float>(), row.data(), 1);
      for (int64_t member = 0; member < of_.members; ++member)
        for (int64_t output = 0; output < of_.out; ++output)
          y[output * of_.members + member] = row[static_cast<size_t>(member * of_.out + output)];
    }
  }

  const kernels::MemberHeads of_;
  const Tensor weight_, bias_;
};

bool on_cpu_in_float(const Tensor& weight) { return weight.is_cpu() && weight.scalar_type() == at::kFloat; }

}  // namespace

std::shared_ptr<const FusedOp> make_member_head(const ops::Module& module) {
  const auto* layers = module.module.ptr()->as<NLinearImpl>();
  if (!layers || !on_cpu_in_float(layers->weight) || layers->options.flat || !layers->bias.defined() ||
      layers->options.out > MemberHeadOp::kMostOutputs)
    return nullptr;
  return std::make_shared<const MemberHeadOp>(module, *layers);
}

std::shared_ptr<const FusedOp> make_member_linear(const ops::Module& module) {
  const auto* layer = module.module.ptr()->as<BatchEnsembleLinearImpl>();
  if (!layer || !on_cpu_in_float(layer->weight)) return nullptr;
  return std::make_shared<const MemberLinearOp>(module, *layer);
}

}  // namespace reszoo::detail

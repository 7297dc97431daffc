// The linear layers of a k-ensemble (TabM).
#include <functional>
#include <initializer_list>
#include <vector>

#include "kernels/members.h"
#include "kernels/parallel_ranges.h"
#include "kernels/scale_shift.h"
#include "reszoo/base/error.h"
#include "runtime/maps.h"
#include "runtime/ops.h"

namespace reszoo::detail {

void describe(Fields& each, MemberLinear& linear) {
  each("members", linear.members);
  each("in", linear.in);
  each("out", linear.out);
  each("weight", linear.weight);
  each("r", linear.r);
  each("s", linear.s);
  each("bias", linear.bias);
}

void describe(Fields& each, MemberHead& head) {
  each("members", head.members);
  each("in", head.in);
  each("out", head.out);
  each("weight", head.weight);
  each("bias", head.bias);
}

namespace {

constexpr kernels::ConvAlgorithm kDirect{kernels::ConvAlgorithm::Kind::direct};

/// A layer that can run: kernels share it.
struct ReadyMembers {
  MemberLinear of;
  ConvLayer layer;

  explicit ReadyMembers(const MemberLinear& linear)
      : of(linear), layer({.weight = linear.weight.reshaped({linear.out, linear.in, 1, 1})}) {}

  void scale(const KernelCall& call, bool shared, float* scaled, const kernels::ChannelRows& rows) const {
    kernels::parallel_ranges(call.threads, rows.count, rows.count * rows.channels, [&](int64_t first, int64_t end) {
      const auto from = first * (shared ? of.in : rows.channels);
      kernels::scale_members(call.x() + from, of.r.data(), shared ? of.members : 1, scaled + first * rows.channels,
                             {end - first, rows.channels});
    });
  }

  void finish(const KernelCall& call, const Epilogue& epilogue, const kernels::ChannelRows& rows) const {
    const auto* residual = call.residual(epilogue);
    kernels::parallel_ranges(call.threads, rows.count, rows.count * rows.channels, [&](int64_t first, int64_t end) {
      const auto at = first * rows.channels;
      kernels::scale_shift(call.y + at, of.s.data(), of.bias.data(), residual ? residual + at : nullptr,
                           kernel_activation(epilogue), call.y + at, {end - first, rows.channels});
      apply_rest(epilogue, call.y + at, (end - first) * rows.channels);
    });
  }
};

class MemberLinearOp : public DataOp<MemberLinear> {
 public:
  explicit MemberLinearOp(const MemberLinear& linear)
      : DataOp(linear), ready_(std::make_shared<const ReadyMembers>(linear)) {}

  std::string kind() const override { return "member_linear"; }
  const char* name() const override { return "member_linear"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (x.size() != 2 || (x[1] != data.in && x[1] != data.members * data.in)) request.reject();
    const auto rows = x[0], wide = data.members * data.in;
    const auto shape = ready_->layer.shape(rows * data.members, 1, 1);
    Kernel kernel{.output = {rows, data.members * data.out},
                  .scratch = rows * wide + ready_->layer.scratch(shape, kDirect, request.options.threads),
                  .multiply_adds = shape.multiply_adds()};
    kernel.run = [ready = ready_, shape, rows, wide, shared = x[1] == data.in,
                  epilogue = request.epilogue](const KernelCall& call) {
      auto* scaled = call.scratch;
      ready->scale(call, shared, scaled, {rows, wide});
      ready->layer.run(kDirect, shape, scaled, nullptr, kernels::Activation::none, call.y, scaled + rows * wide,
                       call.threads);
      ready->finish(call, epilogue, {rows, ready->of.s.count()});
    };
    return kernel;
  }

 private:
  std::shared_ptr<const ReadyMembers> ready_;
};

/// Results of three dimensions are kept with the second one last.
void compute_heads(const MemberHead& head, const float* x, int64_t rows, float* y) {
  const auto size = head.members * head.out;
  std::vector<float> row(static_cast<size_t>(size));
  for (int64_t i = 0; i < rows; ++i, x += head.members * head.in, y += size) {
    kernels::member_heads({head.members, head.in, head.out}, x, head.weight.data(), head.bias.data(), row.data(), 1);
    for (int64_t member = 0; member < head.members; ++member)
      for (int64_t output = 0; output < head.out; ++output)
        y[output * head.members + member] = row[static_cast<size_t>(member * head.out + output)];
  }
}

class MemberHeadOp : public DataOp<MemberHead> {
 public:
  using DataOp::DataOp;
  std::string kind() const override { return "member_head"; }
  const char* name() const override { return "member_head"; }

  Kernel plan(const PlanRequest& request) const override {
    const auto& x = request.x();
    if (x.size() != 2 || x[1] != data.members * data.in) request.reject();
    Kernel kernel{.output = {x[0], data.members, data.out}, .multiply_adds = x[0] * data.weight.count()};
    kernel.run = [head = data, rows = x[0]](const KernelCall& call) {
      kernels::parallel_ranges(call.threads, rows, rows * head.weight.count(), [&](int64_t first, int64_t end) {
        compute_heads(head, call.x() + first * head.members * head.in, end - first,
                      call.y + first * head.members * head.out);
      });
    };
    return kernel;
  }
};

/// Checks what a file may violate.
void check_sizes(const char* what, std::initializer_list<int64_t> sizes, const std::function<bool()>& arrays_fit) {
  bool fit = true;
  for (const auto size : sizes) fit = fit && is_part(size, 1);
  if (!fit || !arrays_fit()) fail(ErrorKind::file, "{}: its weights do not fit its sizes", what);
}

}  // namespace

std::shared_ptr<const FusedOp> make_op(const MemberLinear& linear) {
  check_sizes("member_linear", {linear.members, linear.in, linear.out}, [&] {
    const auto inputs = linear.members * linear.in, outputs = linear.members * linear.out;
    return linear.weight.count() == linear.in * linear.out && linear.r.count() == inputs &&
           linear.s.count() == outputs && linear.bias.count() == outputs;
  });
  return std::make_shared<const MemberLinearOp>(linear);
}

std::shared_ptr<const FusedOp> make_op(const MemberHead& head) {
  check_sizes("member_head", {head.members, head.in, head.out}, [&] {
    // The product of three parts could overflow, that of two cannot.
    const auto of_output = head.members * head.in;
    return head.weight.count() % head.out == 0 && head.weight.count() / head.out == of_output &&
           head.bias.count() == head.members * head.out;
  });
  return std::make_shared<const MemberHeadOp>(head);
}

void add_member_readers(OpReaders& readers) {
  readers.add<MemberLinear>("member_linear");
  readers.add<MemberHead>("member_head");
}

}  // namespace reszoo::detail

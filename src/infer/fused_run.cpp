// The operations of a plan, one after the other.
#include <ATen/ops/empty_strided.h>
#include <ATen/ops/from_blob.h>
#include <c10/util/ScopeExit.h>

#include "infer/fused_plan.h"
#include "kernels/parallel_ranges.h"
#include "kernels/scale_shift.h"

namespace reszoo::detail {
namespace {

/// What one run works on.
struct Run {
  const Program& program;
  const std::vector<PlannedOp>& ops;
  float* arena;
  int64_t threads;
  std::vector<const float*> results;

  float* place(size_t i) const { return arena + ops[i].place; }
  const float* input(size_t i, size_t number = 0) const { return results[program.ops[i].inputs[number]]; }
  const std::vector<int64_t>& input_shape(size_t i) const { return ops[program.ops[i].inputs[0]].output; }
};

Tensor as_tensor(const float* data, const std::vector<int64_t>& shape) {
  return at::from_blob(const_cast<float*>(data), shape, kept_strides(shape), at::kFloat);
}

/// Maps with channels last; those that lie so already are read where they are.
const float* read_input(const Run& run, size_t i, const Tensor& x) {
  const auto& shape = run.ops[i].output;
  if (x.strides() == at::IntArrayRef(kept_strides(shape))) return x.const_data_ptr<float>();
  if (shape.size() == 2) {
    as_tensor(run.place(i), shape).copy_(x);
    return run.place(i);
  }
  const auto channels = shape[1], rows = shape[2], columns = shape[3];
  const auto* from = x.const_data_ptr<float>();
  const auto image = x.stride(0), channel = x.stride(1), row = x.stride(2), column = x.stride(3);
  kernels::parallel_ranges(run.threads, shape[0] * rows, x.numel(), [&](int64_t first, int64_t end) {
    for (int64_t line = first; line < end; ++line) {
      const auto* in = from + line / rows * image + line % rows * row;
      auto* out = run.place(i) + line * columns * channels;
      for (int64_t at = 0; at < columns; ++at, in += column)
        for (int64_t c = 0; c < channels; ++c) *out++ = in[c * channel];
    }
  });
  return run.place(i);
}

kernels::Activation activation_of(const FusedOp& op) {
  if (op.relu) return kernels::Activation::relu;
  return op.sigmoid ? kernels::Activation::sigmoid : kernels::Activation::none;
}

void run_conv(const Run& run, size_t i) {
  const auto& op = run.program.ops[i];
  const auto& planned = run.ops[i];
  auto* y = run.place(i);
  op.conv->run(planned.way, planned.conv, run.input(i), op.residual ? run.input(i, 1) : nullptr, activation_of(op), y,
               run.arena + planned.scratch, run.threads);
}

void run_pool(const Run& run, size_t i) {
  const auto& shape = run.ops[i].pool;
  const auto* x = run.input(i);
  const auto pool = run.program.ops[i].kind == OpKind::max_pool ? kernels::max_pool : kernels::avg_pool;
  kernels::parallel_ranges(run.threads, shape.images * shape.rows_out,
                           shape.images * shape.rows * shape.columns * shape.channels,
                           [&](int64_t first, int64_t end) { pool(x, shape, {}, run.place(i), first, end); });
}

/// Pixels, or rows of a table, of one image after the other.
void run_scale_shift(const Run& run, size_t i) {
  const auto& op = run.program.ops[i];
  const auto channels = run.input_shape(i)[1], pixels = run.ops[i].numel() / channels;
  const auto of_image = op.gated ? pixels / run.input_shape(i)[0] : pixels;
  const auto *x = run.input(i), *residual = op.residual ? run.input(i, op.inputs.size() - 1) : nullptr;
  const std::vector<float> zeros(op.gated ? static_cast<size_t>(channels) : 0, 0.0f);
  kernels::parallel_ranges(run.threads, pixels, pixels * channels, [&](int64_t first, int64_t end) {
    while (first < end) {
      const auto image = first / of_image, count = std::min(end, (image + 1) * of_image) - first, at = first * channels;
      const auto* scale = op.gated ? run.input(i, 1) + image * channels : op.scale.const_data_ptr<float>();
      kernels::scale_shift(x + at, scale, op.gated ? zeros.data() : op.shift.const_data_ptr<float>(),
                           residual ? residual + at : nullptr, activation_of(op), run.place(i) + at, {count, channels});
      first += count;
    }
  });
}

void run_add(const Run& run, size_t i) {
  const auto *a = run.input(i), *b = run.input(i, 1);
  const auto activation = activation_of(run.program.ops[i]);
  auto* y = run.place(i);
  const auto count = run.ops[i].numel();
  kernels::parallel_ranges(run.threads, count, count, [&](int64_t first, int64_t end) {
    kernels::add(a + first, b + first, activation, y + first, end - first);
  });
}

void run_plain(const Run& run, size_t i) {
  auto module = run.program.ops[i].module;  // a holder: running it changes nothing
  const auto result = module.forward(as_tensor(run.input(i), run.input_shape(i)));
  as_tensor(run.place(i), run.ops[i].output).copy_(result);
}

void run_op(const Run& run, size_t i) {
  switch (run.program.ops[i].kind) {
    case OpKind::input: return;
    case OpKind::conv: return run_conv(run, i);
    case OpKind::max_pool:
    case OpKind::average: return run_pool(run, i);
    case OpKind::scale_shift: return run_scale_shift(run, i);
    case OpKind::add: return run_add(run, i);
    case OpKind::flatten:
    case OpKind::plain: return run_plain(run, i);
  }
}

}  // namespace

std::vector<Tensor> FusedPlan::run(const Tensor& x, const Observer& observe) const {
  auto arena = lease();
  const auto returned = c10::make_scope_exit([&] { give_back(std::move(arena)); });
  Run run{*program_, ops_, arena.mutable_data_ptr<float>(), options_.threads, std::vector<const float*>(ops_.size())};
  for (size_t i = 0; i < ops_.size(); ++i) {
    const bool is_input = program_->ops[i].kind == OpKind::input;
    if (!is_input) run_op(run, i);
    run.results[i] = is_input ? read_input(run, i, x) : run.place(i);
    if (observe) observe(i);
  }
  std::vector<Tensor> outputs;
  for (const size_t output : program_->outputs)
    outputs.push_back(as_tensor(run.results[output], ops_[output].output).clone());
  return outputs;
}

}  // namespace reszoo::detail

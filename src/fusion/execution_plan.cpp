#include "fusion/execution_plan.h"

#include <ATen/ops/empty.h>
#include <c10/util/ScopeExit.h>

#include <algorithm>

#include "fusion/arena_planner.h"
#include "fusion/maps.h"
#include "kernels/parallel_ranges.h"

namespace reszoo::detail {
namespace {

/// Copies an input with any strides to channels-last.
void copy_channels_last(const Tensor& x, float* to, int64_t threads) {
  const auto channels = x.size(1), rows = x.size(2), columns = x.size(3);
  const auto* from = x.const_data_ptr<float>();
  const auto image = x.stride(0), channel = x.stride(1), row = x.stride(2), column = x.stride(3);
  kernels::parallel_ranges(threads, x.size(0) * rows, x.numel(), [&](int64_t first, int64_t end) {
    for (int64_t line = first; line < end; ++line) {
      const auto* in = from + line / rows * image + line % rows * row;
      auto* out = to + line * columns * channels;
      for (int64_t at = 0; at < columns; ++at, in += column)
        for (int64_t c = 0; c < channels; ++c) *out++ = in[c * channel];
    }
  });
}

}  // namespace

ExecutionPlan::ExecutionPlan(std::shared_ptr<const Program> program, const Shape& shape, const PlanOptions& options)
    : program_(std::move(program)), options_(options), nodes_(program_->nodes.size()) {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const auto& node = program_->nodes[i];
    std::vector<Shape> inputs;
    for (const size_t input : node.inputs) inputs.push_back(nodes_[input].kernel.output);
    if (node.is_input()) inputs.push_back(shape);
    const PlanRequest request{node.key, std::move(inputs), node.epilogue, options_};
    nodes_[i].kernel = node.op->plan(request);
    if (node.epilogue.residual && request.inputs.back() != nodes_[i].kernel.output) request.reject();
  }
  place_results();
}

void ExecutionPlan::place_results() {
  const auto count = nodes_.size();
  std::vector<size_t> last(count, 0);
  for (size_t i = 0; i < count; ++i)
    for (const size_t input : program_->nodes[i].inputs) last[input] = i;
  for (const size_t output : program_->outputs) last[output] = count;
  ArenaPlanner arena;
  for (size_t i = 0; i < count; ++i) {
    const auto& node = program_->nodes[i];
    auto& planned = nodes_[i];
    const auto& over = planned.kernel.overwrites;
    // A result may overwrite an input that no later node reads and that the operation does not also read as another of
    // its inputs (a convolution may add its own input). The network's own input is never overwritten.
    const auto replaced = over ? node.inputs[*over] : i;
    if (over && last[replaced] == i && std::ranges::count(node.inputs, replaced) == 1 &&
        !program_->nodes[replaced].is_input()) {
      planned.offset = nodes_[replaced].offset;
      arena.extend(planned.offset, last[i]);
    } else {
      planned.offset = arena.take(elements_of(planned.kernel.output), last[i]);
    }
    if (planned.kernel.scratch > 0) planned.scratch = arena.take(planned.kernel.scratch, i);
    arena.free_after(i);
  }
  size_ = arena.size();
}

/// Inputs that are already channels-last are read in place.
const float* ExecutionPlan::read_input(size_t i, const Tensor& x, float* arena) const {
  const auto& shape = nodes_[i].kernel.output;
  if (x.strides() == at::IntArrayRef(kept_strides(shape))) return x.const_data_ptr<float>();
  auto* to = arena + nodes_[i].offset;
  if (shape.size() == 4) copy_channels_last(x, to, options_.threads);
  else as_tensor(to, shape).copy_(x);
  return to;
}

std::vector<Tensor> ExecutionPlan::run(const Tensor& x, const Observer& observe) const {
  auto memory = acquire();
  const auto returned = c10::make_scope_exit([&] { release(std::move(memory)); });
  auto* arena = memory.mutable_data_ptr<float>();
  std::vector<const float*> results(nodes_.size());
  KernelCall call{.inputs = {}, .y = nullptr, .scratch = nullptr, .threads = options_.threads};
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const auto& node = program_->nodes[i];
    const auto& planned = nodes_[i];
    if (node.is_input()) {
      results[i] = read_input(i, x, arena);
    } else {
      call.inputs.clear();
      for (const size_t input : node.inputs) call.inputs.push_back(results[input]);
      results[i] = call.y = arena + planned.offset;
      call.scratch = planned.kernel.scratch > 0 ? arena + planned.scratch : nullptr;
      planned.kernel.run(call);
    }
    if (observe) observe(i);
  }
  std::vector<Tensor> outputs;
  for (const size_t output : program_->outputs) {
    const auto result = as_tensor(results[output], nodes_[output].kernel.output);
    outputs.push_back(result.dim() == 3 ? result.clone(at::MemoryFormat::Contiguous) : result.clone());
  }
  return outputs;
}

Tensor ExecutionPlan::acquire() const {
  {
    const std::lock_guard lock(mutex_);
    if (!arenas_.empty()) {
      auto arena = std::move(arenas_.back());
      arenas_.pop_back();
      return arena;
    }
  }
  return at::empty({size_});
}

void ExecutionPlan::release(Tensor arena) const {
  const std::lock_guard lock(mutex_);
  arenas_.push_back(std::move(arena));
}

}  // namespace reszoo::detail

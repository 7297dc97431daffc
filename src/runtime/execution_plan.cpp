#include "runtime/execution_plan.h"

#include <algorithm>

#include "base/own_pages.h"
#include "kernels/parallel_ranges.h"
#include "kernels/team.h"
#include "reszoo/base/error.h"
#include "runtime/arena_planner.h"
#include "runtime/maps.h"
#include "runtime/pack_images.h"
#include "runtime/precision_plan.h"

namespace reszoo::detail {
namespace {

/// Copies an input with any strides to channels-last.
void copy_channels_last(const InputView& x, float* to, int64_t threads) {
  const auto channels = x.size(1), rows = x.size(2), columns = x.size(3);
  const auto* from = x.data;
  const auto image = x.strides[0], channel = x.strides[1], row = x.strides[2], column = x.strides[3];
  kernels::parallel_ranges(threads, x.size(0) * rows, elements_of(x.shape), [&](int64_t first, int64_t end) {
    for (int64_t line = first; line < end; ++line) {
      const auto* in = from + line / rows * image + line % rows * row;
      auto* out = to + line * columns * channels;
      for (int64_t at = 0; at < columns; ++at, in += column)
        for (int64_t c = 0; c < channels; ++c) *out++ = in[c * channel];
    }
  });
}

/// Returns the size of a result in floats.
int64_t size_of(const Shape& shape, const Kept& kept) {
  auto values = elements_of(shape);
  if (kept.channels > 0)
    values = shape[0] * (shape[2] + 2 * kept.border[0]) * (shape[3] + 2 * kept.border[1]) * kept.channels;
  return (values * kept.as.bytes() + 3) / 4;
}

/// Returns how a kernel reads an input.
kernels::StoredAs read_as(const Kernel& kernel, size_t place) {
  return place < kernel.reads.size() ? kernel.reads[place] : kernels::StoredAs{};
}

/// Whether a result of this shape can have an offset in memory: a file may ask for more.
bool is_possible(const Shape& shape) {
  constexpr int64_t kMostValues = int64_t{1} << 40;
  int64_t values = 1;
  for (const auto size : shape) {
    if (size < 0 || (size > 0 && values > kMostValues / size)) return false;
    values *= std::max<int64_t>(size, 1);
  }
  return true;
}

}  // namespace

ExecutionPlan::ExecutionPlan(std::shared_ptr<const Program> program, const Shape& shape, const PlanOptions& options)
    : program_(std::move(program)), options_(options), nodes_(program_->nodes.size()) {
  const auto precision = plan_precision(*program_, shape, options_);
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const auto& node = program_->nodes[i];
    PlanRequest request{.key = node.key, .inputs = {}, .epilogue = node.epilogue, .options = options_};
    request.wanted = precision[i].wanted;
    request.dot = precision[i].dot;
    for (const size_t input : node.inputs) {
      request.inputs.push_back(nodes_[input].kernel.output);
      request.kept.push_back(nodes_[input].kept);
    }
    if (node.is_input()) request.inputs.push_back(shape);
    nodes_[i].kernel = node.op->plan(request);
    if (!nodes_[i].kernel.run && !node.is_input())
      fail(ErrorKind::usage, "{}: {} of ({}) has no kernel here", node.key, node.op->kind(),
           fmt::join(request.x(), ", "));
    if (!is_possible(nodes_[i].kernel.output)) request.reject();
    nodes_[i].kept = node.is_input() ? precision[i].input : Kept{nodes_[i].kernel.writes};
    if (node.epilogue.residual && request.inputs.back() != nodes_[i].kernel.output) request.reject();
  }
  place_results();
  if (wants_team()) threads_of_team_ = options_.threads;
}

/// A team costs some ten microseconds. Other libraries would run on one thread in it.
bool ExecutionPlan::wants_team() const {
  constexpr int64_t kMultiplyAddsOfATeam = 8 << 20;
  int64_t multiply_adds = 0;
  for (const auto& node : nodes_) {
    if (node.kernel.foreign) return false;
    multiply_adds += node.kernel.multiply_adds;
  }
  return multiply_adds >= kMultiplyAddsOfATeam;
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
    const auto size = size_of(planned.kernel.output, planned.kept);
    const bool fits = over && planned.kept.as.bytes() == nodes_[replaced].kept.as.bytes();
    if (fits && last[replaced] == i && std::ranges::count(node.inputs, replaced) == 1 &&
        !program_->nodes[replaced].is_input()) {
      planned.offset = nodes_[replaced].offset;
      arena.extend(planned.offset, last[i]);
    } else {
      planned.offset = arena.take(size, last[i]);
    }
    for (size_t place = 0; place < node.inputs.size(); ++place) {
      const auto& read = nodes_[node.inputs[place]];
      const auto as = read_as(planned.kernel, place);
      planned.converted.push_back(as == read.kept.as ? -1 : arena.take(size_of(read.kernel.output, Kept{as}), i));
    }
    if (planned.kernel.scratch > 0) planned.scratch = arena.take(planned.kernel.scratch, i);
    arena.free_after(i);
  }
  size_ = arena.size();
}

/// Inputs that are already channels-last are read in place.
const float* ExecutionPlan::read_input(size_t i, const InputView& x, float* arena) const {
  const auto& shape = nodes_[i].kernel.output;
  if (const auto& kept = nodes_[i].kept; kept.channels > 0) {
    auto* to = arena + nodes_[i].offset;
    pack_images(x, kept, to, options_.threads);
    return to;
  }
  const auto strides = kept_strides(shape);
  if (x.strides == strides) return x.data;
  auto* to = arena + nodes_[i].offset;
  if (shape.size() == 4) copy_channels_last(x, to, options_.threads);
  else copy_strided(x.data, x.strides, to, strides, shape);
  return to;
}

/// Returns an input of a node as its kernel reads it.
const float* ExecutionPlan::converted_input(size_t node, size_t place, const float* kept, float* arena) const {
  const auto offset = nodes_[node].converted[place];
  if (offset < 0) return kept;
  const auto& from = nodes_[program_->nodes[node].inputs[place]];
  const auto from_as = from.kept.as, as = read_as(nodes_[node].kernel, place);
  const auto elements = elements_of(from.kernel.output);
  const auto* in = reinterpret_cast<const uint8_t*>(kept);
  auto* out = reinterpret_cast<uint8_t*>(arena + offset);
  kernels::parallel_ranges(options_.threads, elements, elements, [&](int64_t first, int64_t end) {
    kernels::convert_stored(in + first * from_as.bytes(), from_as, out + first * as.bytes(), as, end - first);
  });
  return arena + offset;
}

/// Writes a result in float32; sequences in row-major order.
void ExecutionPlan::store_output(size_t node, const float* kept, float* to) const {
  const auto& shape = nodes_[node].kernel.output;
  const auto& as = nodes_[node].kept.as;
  const auto elements = elements_of(shape);
  const auto convert = [&](float* values) {
    kernels::parallel_ranges(options_.threads, elements, elements, [&](int64_t first, int64_t end) {
      kernels::convert_stored(reinterpret_cast<const uint8_t*>(kept) + first * as.bytes(), as, values + first, {},
                              end - first);
    });
  };
  if (shape.size() != 3) return convert(to);
  std::vector<float> values(static_cast<size_t>(elements));
  convert(values.data());
  copy_strided(values.data(), kept_strides(shape), to, row_major_strides(shape), shape);
}

void ExecutionPlan::run_nodes(const InputView& x, float* arena, std::vector<const float*>& results,
                              const Observer& observe) const {
  KernelCall call{.inputs = {}, .y = nullptr, .scratch = nullptr, .threads = options_.threads};
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const auto& node = program_->nodes[i];
    const auto& planned = nodes_[i];
    if (node.is_input()) {
      results[i] = read_input(i, x, arena);
    } else {
      call.inputs.clear();
      for (size_t place = 0; place < node.inputs.size(); ++place)
        call.inputs.push_back(converted_input(i, place, results[node.inputs[place]], arena));
      results[i] = call.y = arena + planned.offset;
      call.scratch = planned.kernel.scratch > 0 ? arena + planned.scratch : nullptr;
      planned.kernel.run(call);
    }
    if (observe) observe(i);
  }
}

void ExecutionPlan::run(const InputView& x, const OutputMemory& memory, const Observer& observe) const {
  const struct Arena {
    const ExecutionPlan& plan;
    std::shared_ptr<void> memory = plan.acquire();
    ~Arena() { plan.release(memory); }
  } arena{*this};
  std::vector<const float*> results(nodes_.size());
  kernels::with_team(threads_of_team_,
                     [&] { run_nodes(x, static_cast<float*>(arena.memory.get()), results, observe); });
  for (size_t i = 0; i < program_->outputs.size(); ++i)
    store_output(program_->outputs[i], results[program_->outputs[i]], memory(i, output_shape(i)));
}

std::shared_ptr<void> ExecutionPlan::acquire() const {
  {
    const std::lock_guard lock(mutex_);
    if (!arenas_.empty()) {
      auto arena = std::move(arenas_.back());
      arenas_.pop_back();
      return arena;
    }
  }
  return own_pages(static_cast<size_t>(size_) * sizeof(float));
}

void ExecutionPlan::release(std::shared_ptr<void> arena) const {
  const std::lock_guard lock(mutex_);
  arenas_.push_back(std::move(arena));
}

}  // namespace reszoo::detail

#include "infer/fused_plan.h"

#include <ATen/native/Pool.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

/// Places begin at a cache line, and are so many numbers apart.
constexpr int64_t kLine = 16, kStagger = 17 * kLine;

int64_t product(const std::vector<int64_t>& sizes) {
  int64_t count = 1;
  for (const auto size : sizes) count *= size;
  return count;
}

/// Memory that is handed out and taken back while the plan goes through its operations.
class Places {
 public:
  int64_t take(int64_t size, size_t until) {
    // Results of sizes that are powers of two must not all begin at the same place of a page: a pixel's inputs and
    // outputs would then keep driving each other out of the nearest cache.
    size = (size + kLine - 1) / kLine * kLine + kStagger;
    int64_t at = 0;
    for (const auto& taken : taken_) {
      if (taken.begin - at >= size) break;
      at = std::max(at, taken.end);
    }
    const Stretch made{at, at + size, until};
    taken_.insert(std::find_if(taken_.begin(), taken_.end(), [&](const auto& other) { return other.begin > at; }),
                  made);
    most = std::max(most, made.end);
    return at;
  }

  /// What lies at `at` is needed for longer.
  void keep(int64_t at, size_t until) {
    for (auto& taken : taken_)
      if (taken.begin == at) taken.until = until;
  }

  void free_after(size_t op) {
    std::erase_if(taken_, [&](const auto& taken) { return taken.until <= op; });
  }

  int64_t most = 0;

 private:
  struct Stretch {
    int64_t begin, end;
    size_t until;  ///< the last operation that reads it
  };
  std::vector<Stretch> taken_;
};

/// Outputs of a window's side.
int64_t pooled(int64_t size, const PoolWindow& window, size_t side) {
  return at::native::pooling_output_shape<int64_t>(size, window.kernel[side], window.padding[side], window.stride[side],
                                                   /*dilation=*/1, window.ceil);
}

kernels::PoolShape pool_shape(const std::vector<int64_t>& x, PoolWindow window) {
  if (window.kernel[0] == 0) {
    window.kernel = window.stride = {x[2], x[3]};
    window.padding = {0, 0};
  }
  return {x[0],
          x[2],
          x[3],
          x[1],
          pooled(x[2], window, 0),
          pooled(x[3], window, 1),
          window.kernel[0],
          window.kernel[1],
          window.stride[0],
          window.stride[1],
          window.padding[0],
          window.padding[1],
          window.counts_padding};
}

/// Seconds of a layer in one way; the best of a few runs with other data in the caches.
double seconds_of(const ConvLayer& layer, const PlannedOp& op, const kernels::ConvAlgorithm& way, bool residual,
                  int64_t threads) {
  const auto& s = op.conv;
  const auto x = at::rand({s.images * s.rows * s.columns * s.channels}), y = at::rand({s.pixels() * s.outputs});
  const auto work = at::empty({layer.scratch(s, way, threads)}), other = at::zeros({2 << 20});
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < 6; ++round) {
    other.add_(1);
    auto* to = y.mutable_data_ptr<float>();
    const auto begin = std::chrono::steady_clock::now();
    layer.run(way, s, x.const_data_ptr<float>(), residual ? to : nullptr, kernels::Activation::relu, to,
              work.mutable_data_ptr<float>(), threads);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (round > 0) best = std::min(best, took.count());  // the first packs weights
  }
  return best;
}

}  // namespace

int64_t PlannedOp::numel() const {
  return product(output);
}

std::vector<int64_t> kept_strides(const std::vector<int64_t>& shape) {
  if (shape.size() == 4) return {shape[1] * shape[2] * shape[3], 1, shape[1] * shape[3], shape[1]};
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

FusedPlan::FusedPlan(std::shared_ptr<const Program> program, const std::vector<int64_t>& shape,
                     const PlanOptions& options)
    : program_(std::move(program)), options_(options), ops_(program_->ops.size()) {
  for (size_t i = 0; i < ops_.size(); ++i) plan_op(i, shape);
  place_all();
}

void FusedPlan::plan_op(size_t i, const std::vector<int64_t>& shape) {
  const auto& op = program_->ops[i];
  auto& planned = ops_[i];
  const auto input = op.inputs.empty() ? shape : ops_[op.inputs[0]].output;
  const auto refuse = [&] { fail(ErrorKind::input, "{}: cannot be run on ({})", op.key, fmt::join(input, ", ")); };
  const bool maps = input.size() == 4;
  switch (op.kind) {
    case OpKind::input: planned.output = shape; return;
    case OpKind::conv: {
      if (op.linear == maps) refuse();
      const auto channels = maps ? input[1] : input.back();
      planned.conv =
          maps ? op.conv->shape(input[0], input[2], input[3]) : op.conv->shape(product(input) / channels, 1, 1);
      if (channels != planned.conv.channels || planned.conv.rows_out < 1 || planned.conv.columns_out < 1) refuse();
      planned.output = input;
      (maps ? planned.output[1] : planned.output.back()) = planned.conv.outputs;
      if (maps) planned.output = {input[0], planned.conv.outputs, planned.conv.rows_out, planned.conv.columns_out};
      return choose_way(i);
    }
    case OpKind::max_pool:
    case OpKind::average: {
      if (!maps) refuse();
      planned.pool = pool_shape(input, op.window);
      if (planned.pool.rows_out < 1 || planned.pool.columns_out < 1) refuse();
      planned.output = {input[0], input[1]};
      if (!op.window.flat)
        planned.output.insert(planned.output.end(), {planned.pool.rows_out, planned.pool.columns_out});
      return;
    }
    case OpKind::scale_shift:
      if (!maps && input.size() != 2) refuse();
      planned.output = input;
      return;
    case OpKind::add:
      planned.output = input;
      if (ops_[op.inputs[1]].output != input) refuse();
      return;
    case OpKind::flatten:
    case OpKind::plain: return plan_plain(i);
  }
}

/// What a module makes of a shape is seen by running it.
void FusedPlan::plan_plain(size_t i) {
  const auto& op = program_->ops[i];
  auto module = op.module;
  const auto options = at::device(options_.type.device).dtype(options_.type.module_type);
  ops_[i].output = module.forward(at::zeros(ops_[op.inputs[0]].output, options)).sizes().vec();
}

void FusedPlan::choose_way(size_t i) {
  const auto& op = program_->ops[i];
  auto& planned = ops_[i];
  const auto known = op.conv->ways(planned.conv, options_.threads, options_.winograd);
  planned.way = known.front();
  if (const auto pinned = options_.ways.find(op.key); pinned != options_.ways.end()) {
    const auto is_kind = [&](const kernels::ConvAlgorithm& way) { return way.kind == pinned->second.kind; };
    const auto all = op.conv->ways(planned.conv, options_.threads, true);
    if (std::none_of(all.begin(), all.end(), is_kind))
      fail(ErrorKind::usage, "fuse: {} cannot be run by \"{}\"", op.key, pinned->second.text());
    planned.way = pinned->second;
  } else if (options_.tune && known.size() > 1) {
    double best = std::numeric_limits<double>::infinity();
    for (const auto& way : known)
      if (const auto took = seconds_of(*op.conv, planned, way, op.residual, options_.threads); took < best) {
        best = took;
        planned.way = way;
      }
    op.conv->keep_only(planned.way);
  }
}

void FusedPlan::place_all() {
  const auto count = ops_.size();
  std::vector<size_t> last(count, 0);
  for (size_t i = 0; i < count; ++i)
    for (const size_t input : program_->ops[i].inputs) last[input] = i;
  for (const size_t output : program_->outputs) last[output] = count;
  Places places;
  for (size_t i = 0; i < count; ++i) {
    const auto& op = program_->ops[i];
    auto& planned = ops_[i];
    // A sum may take the place of a summand that nobody reads behind it; nobody writes to the network's own input.
    const bool sums = op.residual || op.kind == OpKind::add || op.kind == OpKind::scale_shift;
    const auto over = sums ? (op.kind == OpKind::scale_shift && !op.residual ? op.inputs[0] : op.inputs.back()) : i;
    if (sums && last[over] == i && program_->ops[over].kind != OpKind::input) {
      planned.place = ops_[over].place;
      places.keep(planned.place, last[i]);
    } else {
      planned.place = places.take(planned.numel(), last[i]);
    }
    if (op.kind == OpKind::conv)
      if (const auto work = op.conv->scratch(planned.conv, planned.way, options_.threads); work > 0)
        planned.scratch = places.take(work, i);
    places.free_after(i);
  }
  size_ = places.most;
}

Tensor FusedPlan::lease() const {
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

void FusedPlan::give_back(Tensor arena) const {
  const std::lock_guard lock(mutex_);
  arenas_.push_back(std::move(arena));
}

}  // namespace reszoo::detail

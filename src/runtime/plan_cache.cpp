#include "runtime/plan_cache.h"

#include <algorithm>

#include "kernels/parallel_ranges.h"

namespace reszoo::detail {
namespace {

/// The number of plans that are kept per program.
constexpr size_t kPlans = 8;

/// Table rows that pass through the whole network together: the data between layers stays in the L1 and L2 caches. The
/// widest result has at most kMicroBatchElements, and the rows are a multiple of what kernels compute together.
constexpr int64_t kMicroBatchRows = 192, kFewRows = 32, kMicroBatchElements = 24 << 10, kRowsOfKernels = 12;

/// Images that run together. Larger micro-batches are not faster and need more memory.
constexpr int64_t kMicroBatchImages = 8;

/// The outputs for a batch, of which each micro-batch writes a part.
class JoinedOutputs {
 public:
  /// `part`: a plan for some samples of the batch.
  JoinedOutputs(const Program& program, const ExecutionPlan& part, int64_t samples,
                const ExecutionPlan::OutputMemory& memory) {
    for (size_t i = 0; i < program.outputs.size(); ++i) {
      auto shape = part.output_shape(i);
      shape[0] = samples;
      outputs_.push_back({memory(i, shape), elements_of(shape) / std::max<int64_t>(1, samples)});
    }
  }

  /// Returns the memory for the samples from `first` on.
  ExecutionPlan::OutputMemory from(int64_t first) const {
    return [this, first](size_t number, const Shape&) {
      return outputs_[number].data + first * outputs_[number].of_sample;
    };
  }

 private:
  struct Output {
    float* data;
    int64_t of_sample;
  };
  std::vector<Output> outputs_;
};

/// Returns the shape of a batch with another number of samples.
Shape with_samples(Shape shape, int64_t samples) {
  shape[0] = samples;
  return shape;
}

}  // namespace

void PlanCache::run(const InputView& x, int64_t threads, const ExecutionPlan::OutputMemory& memory) {
  if (x.shape.size() == 2 && x.size(0) > kFewRows && per_sample()) return run_rows(x, threads, memory);
  run_images(x, threads, memory);
}

std::shared_ptr<const ExecutionPlan> PlanCache::plan(const Shape& shape, int64_t threads) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::ranges::find_if(plans_, [&](const auto& entry) { return entry.shape == shape && entry.threads == threads; });
  if (found != plans_.end()) {
    plans_.splice(plans_.begin(), plans_, found);
    return plans_.front().plan;
  }
  auto options = options_;
  options.threads = threads;
  plans_.push_front({shape, threads, std::make_shared<const ExecutionPlan>(program_, shape, options)});
  if (plans_.size() > kPlans) plans_.pop_back();
  return plans_.front().plan;
}

bool PlanCache::per_sample() const {
  return std::ranges::all_of(program_->nodes, [](const auto& node) { return node.op->per_sample(); });
}

/// Returns the number of rows of a micro-batch, at most.
int64_t PlanCache::most_rows(int64_t columns) {
  if (const int64_t known = most_rows_; known > 0) return known;
  int64_t widest = 1;
  for (const auto& node : plan({kFewRows, columns}, 1)->nodes())
    widest = std::max(widest, elements_of(node.kernel.output) / kFewRows);
  const auto rows = kMicroBatchElements / widest / kRowsOfKernels * kRowsOfKernels;
  return most_rows_ = std::clamp(rows, kRowsOfKernels, kMicroBatchRows);
}

void PlanCache::run_rows(const InputView& x, int64_t threads, const ExecutionPlan::OutputMemory& memory) {
  const auto rows = x.size(0), most = most_rows(x.size(1));
  const auto size = std::clamp((rows + threads - 1) / threads, std::min(kFewRows, most), most);
  // Builds the plan before several threads need it.
  const auto whole = plan(with_samples(x.shape, std::min(size, rows)), 1);
  const JoinedOutputs outputs(*program_, *whole, rows, memory);
  kernels::parallel_tasks(threads, (rows + size - 1) / size, [&](int64_t, int64_t i) {
    const auto first = i * size, count = std::min(size, rows - first);
    plan(with_samples(x.shape, count), 1)->run(x.part(first, count), outputs.from(first));
  });
}

/// Runs micro-batches of images one after the other, if the result for a sample depends on that sample alone.
void PlanCache::run_images(const InputView& x, int64_t threads, const ExecutionPlan::OutputMemory& memory) {
  if (x.shape.size() < 3 || x.size(0) <= kMicroBatchImages || !per_sample())
    return plan(x.shape, threads)->run(x, memory);
  const auto whole = plan(with_samples(x.shape, kMicroBatchImages), threads);
  const JoinedOutputs outputs(*program_, *whole, x.size(0), memory);
  for (int64_t first = 0; first < x.size(0); first += kMicroBatchImages) {
    const auto count = std::min(kMicroBatchImages, x.size(0) - first);
    plan(with_samples(x.shape, count), threads)->run(x.part(first, count), outputs.from(first));
  }
}

}  // namespace reszoo::detail

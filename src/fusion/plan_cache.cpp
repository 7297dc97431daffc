#include "fusion/plan_cache.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>

#include <algorithm>

#include "fusion/maps.h"
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

std::vector<Tensor> join(const std::vector<std::vector<Tensor>>& batches) {
  if (batches.size() == 1) return batches[0];
  std::vector<Tensor> outputs;
  for (size_t output = 0; output < batches[0].size(); ++output) {
    std::vector<Tensor> parts;
    for (const auto& of_batch : batches) parts.push_back(of_batch[output]);
    outputs.push_back(at::cat(parts));
  }
  return outputs;
}

}  // namespace

std::vector<Tensor> PlanCache::run(const Tensor& x) {
  if (x.dim() == 2 && x.size(0) > kFewRows && per_sample()) return run_rows(x);
  return run_images(x);
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

std::vector<Tensor> PlanCache::run_rows(const Tensor& x) {
  const auto threads = static_cast<int64_t>(at::get_num_threads());
  const auto most = most_rows(x.size(1));
  const auto size = std::clamp((x.size(0) + threads - 1) / threads, std::min(kFewRows, most), most);
  const auto batches = x.split(size);
  std::vector<std::vector<Tensor>> results(batches.size());
  plan(batches[0].sizes().vec(), 1);  // builds the plan before several threads need it
  kernels::parallel_tasks(threads, static_cast<int64_t>(batches.size()), [&](int64_t, int64_t i) {
    const at::NoGradGuard no_grad;  // grad mode is per thread
    const auto& batch = batches[static_cast<size_t>(i)];
    results[static_cast<size_t>(i)] = plan(batch.sizes().vec(), 1)->run(batch);
  });
  return join(results);
}

/// Runs micro-batches of images one after the other, if the result for a sample depends on that sample alone.
std::vector<Tensor> PlanCache::run_images(const Tensor& x) {
  const auto run = [&](const Tensor& part) { return plan(part.sizes().vec(), at::get_num_threads())->run(part); };
  if (x.dim() < 3 || x.size(0) <= kMicroBatchImages || !per_sample()) return run(x);
  std::vector<std::vector<Tensor>> results;
  for (const auto& part : x.split(kMicroBatchImages)) results.push_back(run(part));
  return join(results);
}

}  // namespace reszoo::detail

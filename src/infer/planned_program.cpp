#include "infer/planned_program.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>

#include <algorithm>

#include "reszoo/base/parallel.h"

namespace reszoo::detail {
namespace {

/// Plans of a program that are kept.
constexpr size_t kPlans = 8;

/// Rows of a table that go through the whole network together: what lies between layers stays in the nearest caches.
constexpr int64_t kRowsTogether = 256, kFewRows = 32;

/// Images of a batch that are run together: more are no faster, and need more memory.
constexpr int64_t kImagesTogether = 8;

std::vector<Tensor> join(const std::vector<std::vector<Tensor>>& portions) {
  if (portions.size() == 1) return portions[0];
  std::vector<Tensor> outputs;
  for (size_t output = 0; output < portions[0].size(); ++output) {
    std::vector<Tensor> parts;
    for (const auto& of_portion : portions) parts.push_back(of_portion[output]);
    outputs.push_back(at::cat(parts));
  }
  return outputs;
}

}  // namespace

std::vector<Tensor> PlannedProgram::run(const Tensor& x) {
  if (x.dim() == 2 && x.size(0) > kFewRows && is_by_row()) return run_rows(x);
  return in_portions(x, [&](const Tensor& part) { return plan(part.sizes().vec(), at::get_num_threads())->run(part); });
}

std::shared_ptr<const FusedPlan> PlannedProgram::plan(const std::vector<int64_t>& shape, int64_t threads) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(plans_.begin(), plans_.end(),
                                  [&](const auto& kept) { return kept.shape == shape && kept.threads == threads; });
  if (found != plans_.end()) {
    plans_.splice(plans_.begin(), plans_, found);
    return plans_.front().plan;
  }
  auto options = options_;
  options.threads = threads;
  plans_.push_front({shape, threads, std::make_shared<const FusedPlan>(program_, shape, options)});
  if (plans_.size() > kPlans) plans_.pop_back();
  return plans_.front().plan;
}

/// Whether a row's results are its own, so that rows can be run in any portions.
bool PlannedProgram::is_by_row() const {
  return std::none_of(program_->ops.begin(), program_->ops.end(), [](const FusedOp& op) {
    return op.kind == OpKind::plain && (op.node == "opaque" || op.node == "batch_norm");
  });
}

std::vector<Tensor> PlannedProgram::run_rows(const Tensor& x) {
  const auto threads = static_cast<int64_t>(at::get_num_threads());
  const auto size = std::clamp((x.size(0) + threads - 1) / threads, kFewRows, kRowsTogether);
  const auto portions = x.split(size);
  std::vector<std::vector<Tensor>> results(portions.size());
  plan(portions[0].sizes().vec(), 1);  // before several ask for it
  parallel(static_cast<int64_t>(portions.size()), [&](int64_t i) {
    const at::NoGradGuard no_grad;  // of this thread
    const auto& part = portions[static_cast<size_t>(i)];
    results[static_cast<size_t>(i)] = plan(part.sizes().vec(), 1)->run(part);
  });
  return join(results);
}

std::vector<Tensor> PlannedProgram::in_portions(const Tensor& x, const RunPortion& run) const {
  if (x.dim() != 4 || x.size(0) <= kImagesTogether || !is_by_row()) return run(x);
  std::vector<std::vector<Tensor>> results;
  for (const auto& part : x.split(kImagesTogether)) results.push_back(run(part));
  return join(results);
}

}  // namespace reszoo::detail

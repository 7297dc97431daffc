// LibTorch's Reducer, whose constructor changes between versions.
#include <torch/csrc/distributed/c10d/reducer.hpp>

#include "distributed/c10d_group.h"

namespace reszoo::detail {
namespace {

/// Adds the gradients of a bucket. The Reducer's own hook also divides them by the number of processes.
class SumHook : public c10d::CppCommHookInterface<C10dPtr> {
 public:
  using CppCommHookInterface::CppCommHookInterface;

  c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket& bucket) override {
    std::vector<Tensor> tensors{bucket.getBufferRef()};
    return state_->allreduce(tensors)->getFuture();
  }
};

std::unique_ptr<c10d::Reducer> new_reducer(const C10dPtr& group, const std::vector<Tensor>& parameters, bool all_used) {
  const std::vector<bool> sparse(parameters.size(), false);
  const std::vector<Tensor> reversed(parameters.rbegin(), parameters.rend());
  auto buckets = std::get<0>(c10d::compute_bucket_assignment_by_size(
      reversed, {c10d::kDefaultFirstBucketBytes, c10d::kDefaultBucketBytesCap}));
  return std::make_unique<c10d::Reducer>(reversed, std::move(buckets), group, sparse, c10d::kDefaultBucketBytesCap,
                                         /*find_unused_parameters=*/!all_used, /*gradient_as_bucket_view=*/true,
                                         std::unordered_map<size_t, std::string>{}, c10d::kDefaultFirstBucketBytes,
                                         /*skip_all_reduce_unused_params=*/false, /*use_python_reducer=*/false,
                                         std::vector<int64_t>{});
}

class ReducedGradients : public GradientSum {
 public:
  ReducedGradients(C10dGroup& owner, const C10dPtr& group, const std::vector<Tensor>& parameters, bool all_used)
      : owner_(owner), reducer_(new_reducer(group, parameters, all_used)) {
    reducer_->register_comm_hook(std::make_unique<SumHook>(group));
    if (all_used) settle_buckets(parameters);
  }

  void backward(const Tensor& loss) override {
    owner_.run([&] {
      reducer_->prepare_for_backward({loss});
      loss.backward();
    });
  }

 private:
  /// The Reducer builds its buckets again in the order in which the first gradients came. A sum depends on its place
  /// in a bucket, and a resumed run must get the same buckets at once: so they are built here, by a pass of its own.
  void settle_buckets(const std::vector<Tensor>& parameters) {
    Tensor zero;
    for (const auto& parameter : parameters) zero = zero.defined() ? zero + parameter.sum() * 0 : parameter.sum() * 0;
    backward(zero);
    owner_.run([&] { reducer_->rebuild_buckets(); });
    for (const auto& parameter : parameters) parameter.mutable_grad().reset();
  }

  C10dGroup& owner_;
  std::unique_ptr<c10d::Reducer> reducer_;
};

}  // namespace

std::unique_ptr<GradientSum> make_reducer(C10dGroup& owner, const C10dPtr& group, const std::vector<Tensor>& parameters,
                                          bool all_used) {
  return std::make_unique<ReducedGradients>(owner, group, parameters, all_used);
}

}  // namespace reszoo::detail

#include "train/slice_sum.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/variable.h>

#include <unordered_set>

namespace reszoo::detail {
namespace {

/// Returns a loss that is 0 and reaches all parameters.
Tensor zero_loss(const std::vector<Tensor>& parameters) {
  Tensor zero;
  for (const auto& parameter : parameters) {
    const auto none = parameter.sum() * 0;
    zero = zero.defined() ? zero + none : none;
  }
  return zero;
}

/// Whether the backward pass of the loss reaches all parameters.
bool reaches_all(const Tensor& loss, const std::vector<Tensor>& parameters) {
  std::unordered_set<torch::autograd::Node*> seen;
  std::vector<torch::autograd::Node*> open{loss.grad_fn().get()};
  while (!open.empty()) {
    auto* node = open.back();
    open.pop_back();
    if (!node || !seen.insert(node).second) continue;
    for (const auto& edge : node->next_edges()) open.push_back(edge.function.get());
  }
  for (const auto& parameter : parameters)
    if (!seen.contains(torch::autograd::impl::grad_accumulator(parameter).get())) return false;
  return true;
}

/// One slice in each process: LibTorch's Reducer adds the gradients while the backward pass runs.
class ReducedSlices : public SliceSum {
 public:
  ReducedSlices(std::shared_ptr<ProcessGroup> group, std::vector<Tensor> parameters)
      : group_(std::move(group)), parameters_(std::move(parameters)) {}

  void backward(const Tensor& loss, bool last) override {
    if (!last) return loss.backward();
    const auto whole = loss.defined() ? loss : zero_loss(parameters_);
    if (!sum_) {
      const bool all_used = !group_->any(!reaches_all(whole, parameters_));
      // The Reducer clears the gradients before its first pass, but parts may have added some.
      std::vector<Tensor> before;
      for (const auto& parameter : parameters_) before.push_back(std::exchange(parameter.mutable_grad(), Tensor()));
      sum_ = group_->gradient_sum(parameters_, all_used);
      for (size_t i = 0; i < before.size(); ++i) parameters_[i].mutable_grad() = before[i];
    }
    sum_->backward(whole);
  }

  void end_slice(const Tensor& extra) override { extra_ = extra; }

  Tensor finish(Tensor& report) override {
    auto all = at::cat({report, extra_.to(at::kCPU, at::kDouble)});
    group_->all_reduce(all);
    report = all.narrow(0, 0, report.numel());
    return all.narrow(0, report.numel(), extra_.numel());
  }

 private:
  std::shared_ptr<ProcessGroup> group_;
  std::vector<Tensor> parameters_;
  std::unique_ptr<GradientSum> sum_;
  Tensor extra_;
};

/// A binary tree over all slices: first those of a process, then pairs of processes. Its sums do not depend on how many
/// processes share the slices.
class TreeOfSlices : public SliceSum {
 public:
  TreeOfSlices(std::shared_ptr<ProcessGroup> group, std::vector<Tensor> parameters)
      : group_(std::move(group)), parameters_(std::move(parameters)) {
    for (const auto& parameter : parameters_) values_ += parameter.numel();
  }

  void backward(const Tensor& loss, bool) override {
    if (loss.defined()) loss.backward();
  }

  void end_slice(const Tensor& extra) override {
    const at::NoGradGuard no_grad;
    Sum sum{flat_gradients(extra), 0};
    while (!sums_.empty() && sums_.back().level == sum.level) {
      sum = {sums_.back().values.add_(sum.values), sum.level + 1};
      sums_.pop_back();
    }
    sums_.push_back(std::move(sum));
  }

  Tensor finish(Tensor& report) override {
    const at::NoGradGuard no_grad;
    auto sum = std::move(sums_.front().values);
    sums_.clear();
    if (group_) {
      for (int distance = 1; distance < group_->size(); distance *= 2)
        sum.add_(group_->exchange(sum, group_->rank() ^ distance));
      group_->all_reduce(report);
    }
    const auto uses = sum.narrow(0, values_, std::ssize(parameters_)).cpu();
    const auto gradients = views_of(sum);
    for (size_t i = 0; i < parameters_.size(); ++i)
      if (uses[static_cast<int64_t>(i)].item<double>() > 0) parameters_[i].mutable_grad() = gradients[i];
    const auto begin = values_ + std::ssize(parameters_);
    return sum.narrow(0, begin, sum.numel() - begin);
  }

 private:
  /// The sum of 2^level slices.
  struct Sum {
    Tensor values;
    int level;
  };

  /// Returns a view of the vector for each parameter, with its strides.
  std::vector<Tensor> views_of(const Tensor& flat) const {
    std::vector<Tensor> views;
    int64_t begin = 0;
    for (const auto& parameter : parameters_) {
      const auto size = parameter.numel();
      const auto values = flat.narrow(0, begin, size);
      views.push_back(parameter.is_non_overlapping_and_dense()
                          ? values.as_strided(parameter.sizes(), parameter.strides())
                          : values.view(parameter.sizes()));
      begin += size;
    }
    return views;
  }

  /// Moves the gradients of a slice into a vector: all values, for each parameter whether it has a gradient, `extra`.
  Tensor flat_gradients(const Tensor& extra) {
    const auto begin = values_ + std::ssize(parameters_);
    auto flat = at::zeros({begin + extra.numel()}, extra.options());
    std::vector<Tensor> to, from;
    const auto views = views_of(flat);
    auto uses = at::zeros({std::ssize(parameters_)}, at::kDouble);
    for (size_t i = 0; i < parameters_.size(); ++i) {
      auto gradient = std::exchange(parameters_[i].mutable_grad(), Tensor());
      if (!gradient.defined()) continue;
      to.push_back(views[i]);
      from.push_back(std::move(gradient));
      uses[static_cast<int64_t>(i)] = 1;
    }
    if (!to.empty()) at::_foreach_copy_(to, from);
    flat.narrow(0, values_, std::ssize(parameters_)).copy_(uses);
    flat.narrow(0, begin, extra.numel()).copy_(extra);
    return flat;
  }

  std::shared_ptr<ProcessGroup> group_;
  std::vector<Tensor> parameters_;
  int64_t values_ = 0;  ///< of all gradients
  std::vector<Sum> sums_;
};

}  // namespace

std::unique_ptr<SliceSum> make_slice_sum(const Team& team, const std::vector<Tensor>& parameters, bool shards) {
  if (shards) return std::make_unique<TreeOfSlices>(team.group(), parameters);
  return std::make_unique<ReducedSlices>(team.group(), parameters);
}

}  // namespace reszoo::detail

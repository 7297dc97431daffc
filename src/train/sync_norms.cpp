#include "train/sync_norms.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/nn/modules/batchnorm.h>

#include <cmath>

#include "reszoo/base/error.h"
#include "reszoo/graph/graph.h"

namespace reszoo::detail {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

std::vector<int64_t> all_but_channels(const Tensor& x) {
  std::vector<int64_t> dimensions{0};
  for (int64_t i = 2; i < x.dim(); ++i) dimensions.push_back(i);
  return dimensions;
}

/// Returns a vector over the channels in a shape that broadcasts to x.
Tensor along_channels(const Tensor& vector, const Tensor& x) {
  std::vector<int64_t> sizes(static_cast<size_t>(x.dim()), 1);
  sizes[1] = -1;
  return vector.to(x.scalar_type()).view(sizes);
}

Tensor sum_of(const Tensor& x) { return at::sum(x, all_but_channels(x), /*keepdim=*/false, at::kDouble); }

/// Mean and biased variance (C), float64, and the number of values per channel, over all processes.
struct SyncedMoments {
  Tensor mean, variance;
  double count;

  SyncedMoments(const Tensor& x, ProcessGroup& group) {
    const auto channels = x.size(1);
    const auto own = static_cast<double>(x.numel()) / static_cast<double>(std::max<int64_t>(channels, 1));
    auto sums = at::cat({sum_of(x), at::full({1}, own, x.options().dtype(at::kDouble))});
    group.all_reduce(sums);
    count = sums[channels].item<double>();
    mean = sums.narrow(0, 0, channels) / count;
    variance = sum_of((x - along_channels(mean, x)).square());
    group.all_reduce(variance);
    variance /= count;
  }
};

struct SyncNormFunction : torch::autograd::Function<SyncNormFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const SyncedMoments* moments, double eps, ProcessGroup* group) {
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    const auto inverse = (moments->variance + eps).rsqrt();
    context->save_for_backward({x, weight, moments->mean, inverse});
    context->saved_data["count"] = moments->count;
    context->saved_data["group"] = reinterpret_cast<int64_t>(group);
    const auto scale = inverse * weight, shift = bias - moments->mean * scale;
    return at::addcmul(along_channels(shift, x), x, along_channels(scale, x));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::AutoDispatchBelowADInplaceOrView no_autograd;
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &mean = saved[2], &inverse = saved[3], &g = gradients[0];
    const double count = context->saved_data["count"].toDouble();
    auto& group = *reinterpret_cast<ProcessGroup*>(context->saved_data["group"].toInt());
    const auto deviation = x - along_channels(mean, x);
    const auto of_bias = sum_of(g), of_weight = sum_of(g * deviation) * inverse;
    auto sums = at::stack({of_bias, of_weight * inverse});
    group.all_reduce(sums);
    const auto gain = inverse * weight;
    const auto of_x = along_channels(gain, x) *
                      (g - along_channels(sums[0] / count, x) - deviation * along_channels(sums[1] / count, x));
    return {of_x, of_weight.to(weight.scalar_type()), of_bias.to(weight.scalar_type()), Tensor(), Tensor(), Tensor()};
  }
};

/// A batch norm of the network, run with the statistics of all processes.
template <typename Norm>
class SyncedNormImpl : public nn::Module {
 public:
  SyncedNormImpl(Norm* norm, std::shared_ptr<ProcessGroup> group) : norm_(norm), group_(std::move(group)) {}

  Tensor forward(const Tensor& x) {
    const SyncedMoments moments(x.detach(), *group_);
    take_in(moments);
    const auto options = moments.mean.options().dtype(x.scalar_type());
    const auto weight = norm_->weight.defined() ? norm_->weight : at::ones_like(moments.mean, options);
    const auto bias = norm_->bias.defined() ? norm_->bias : at::zeros_like(moments.mean, options);
    return SyncNormFunction::apply(x, weight, bias, &moments, norm_->options.eps(), group_.get());
  }

 private:
  void take_in(const SyncedMoments& moments) {
    const at::NoGradGuard no_grad;
    if (!norm_->running_mean.defined()) return;
    norm_->num_batches_tracked += 1;
    const double momentum = norm_->options.momentum().value_or(1 / norm_->num_batches_tracked.template item<double>());
    const auto type = norm_->running_mean.scalar_type();
    norm_->running_mean.lerp_(moments.mean.to(type), momentum);
    norm_->running_var.lerp_((moments.variance * moments.count / (moments.count - 1)).to(type), momentum);
  }

  Norm* norm_;
  std::shared_ptr<ProcessGroup> group_;
};

/// Whether the module is a batch norm in training; then it is also put into the node, if there is one.
template <typename Norm>
bool sync_as(nn::Module& module, Node* node, const std::shared_ptr<ProcessGroup>& group) {
  auto* norm = module.as<Norm>();
  if (!norm || !norm->is_training()) return false;
  if (node) node->module = AnyModule(std::make_shared<SyncedNormImpl<Norm>>(norm, group));
  return true;
}

bool sync(nn::Module& module, Node* node, const std::shared_ptr<ProcessGroup>& group) {
  return sync_as<nn::BatchNorm1dImpl>(module, node, group) || sync_as<nn::BatchNorm2dImpl>(module, node, group);
}

}  // namespace

Tensor run_synced(const AnyModule& model, const Tensor& x, const std::shared_ptr<ProcessGroup>& group) {
  const Network network(std::dynamic_pointer_cast<NetworkImpl>(model.ptr()));
  if (!network) fail(ErrorKind::usage, "Trainer: sync_norms is for a Network");
  int64_t norms = 0, synced = 0;
  for (const auto& module : network->modules()) norms += sync(*module, nullptr, group);
  auto graph = lower(network);
  for (auto& node : graph.nodes)
    if (!node.module.is_empty()) synced += sync(*node.module.ptr(), &node, group);
  if (synced < norms)
    fail(ErrorKind::usage, "Trainer: sync_norms: {} of {} batch norms of {} are inside other modules", norms - synced,
         norms, network->name());
  return execute(graph, x);
}

}  // namespace reszoo::detail

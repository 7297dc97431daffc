#include "image_fused.h"

#include <torch/nn/modules/conv.h>

#include <algorithm>

#include "batch_norm_nhwc.h"
#include "conv2d_nhwc.h"
#include "max_pool_nhwc.h"
#include "reszoo/base/error.h"
#include "reszoo/graph/graph.h"
#include "train/stored_values.h"
#include "train/tabular_plan.h"

namespace reszoo::detail {
namespace {

/// Runs the nodes of a graph. A batch norm, and the sum and the ReLU that follow it, run as one pass.
class FusedImages {
 public:
  FusedImages(Graph graph, at::ScalarType type, StepMemoryPtr memory)
      : graph_(std::move(graph)),
        type_(type),
        memory_(std::move(memory)),
        values_(graph_.nodes.size()),
        readers_(graph_.nodes.size()) {
    for (size_t i = 0; i < graph_.nodes.size(); ++i)
      for (const size_t input : graph_.nodes[i].inputs) readers_[input].push_back(i);
    readers_[graph_.output].push_back(graph_.nodes.size());  // the caller
    for (const auto& readers : readers_) unread_.push_back(readers.size());
  }

  Tensor run(const Tensor& x) {
    values_[0] = x;
    for (size_t i = 1; i < graph_.nodes.size(); ++i)
      if (!values_[i].defined()) run_node(i);
    return values_[graph_.output];
  }

 private:
  Node& node(size_t i) { return graph_.nodes[i]; }
  const Tensor& input(size_t i, size_t number = 0) { return values_[node(i).inputs[number]]; }

  /// Returns the only reader of a node if it is this operation; otherwise 0, which is the input node.
  size_t only_reader(size_t i, const char* op) {
    const auto& readers = readers_[i];
    return readers.size() == 1 && readers[0] < graph_.nodes.size() && node(readers[0]).op == op ? readers[0] : 0;
  }

  /// Returns the norm of a node if its passes can be fused, otherwise nullptr.
  nn::BatchNorm2dImpl* fused_norm(size_t i) {
    if (node(i).op != "batch_norm" || input(i).dim() != 4 || !is_stored_value(input(i))) return nullptr;
    auto* norm = node(i).module.ptr()->as<nn::BatchNorm2dImpl>();
    return norm && is_fused_norm(*norm) ? norm : nullptr;
  }

  /// Whether the node is the norm at the end of a block's branch, which is computed together with the sum.
  bool waits_for_sum(size_t i) {
    const auto sum = only_reader(i, "add");
    return sum && node(sum).inputs[0] == i && fused_norm(i);
  }

  void run_node(size_t i) {
    if (node(i).op == "add") return run_sum(i);
    if (waits_for_sum(i)) return;
    if (auto* norm = fused_norm(i)) return run_norm(i, *norm, input(i), {});
    values_[i] = result_of(node(i), input(i));
    release_inputs(i);
  }

  /// Returns the result of a node that is neither a norm nor a sum.
  Tensor result_of(Node& node, const Tensor& x) {
    if (node.op == "conv2d" && x.dim() == 4)
      if (const auto* conv = node.module.ptr()->as<nn::Conv2dImpl>(); conv && is_fused_conv(*conv, x))
        return conv2d_nhwc(*conv, x, type_, memory_);
    if (node.op == "max_pool2d" && x.dim() == 4)
      if (const auto* pool = node.module.ptr()->as<nn::MaxPool2dImpl>(); pool && is_fused_pool(*pool, x))
        return max_pool_nhwc(*pool, x, memory_);
    return node.module.forward(x);
  }

  void run_sum(size_t i) {
    const auto branch = node(i).inputs[0];
    const bool waits = waits_for_sum(branch);
    const auto &summand = waits ? input(branch) : values_[branch], &shortcut = input(i, 1);
    // Without this check, sizes that can be broadcast would be summed silently.
    if (summand.sizes() != shortcut.sizes())
      fail(ErrorKind::input,
           "ResidualBlock: branch and shortcut of {} must agree, got ({}) and ({}); a projection changes the width",
           node(i).key, fmt::join(summand.sizes(), ", "), fmt::join(shortcut.sizes(), ", "));
    if (waits) {
      run_norm(i, *fused_norm(branch), summand, shortcut);
      release_inputs(branch);
    } else {
      values_[i] = summand + shortcut;
      release_inputs(i);
    }
  }

  /// Computes the result of node i (a norm, or the sum after one) and of the ReLU that reads it.
  void run_norm(size_t i, nn::BatchNorm2dImpl& norm, const Tensor& x, const Tensor& residual) {
    const auto relu = only_reader(i, "relu");
    values_[relu ? relu : i] = batch_norm_nhwc(norm, x, residual, relu != 0, memory_);
    release_inputs(i);
  }

  /// Frees the inputs of node i that have no more readers, after it has run.
  void release_inputs(size_t i) {
    for (const size_t read : node(i).inputs)
      if (--unread_[read] == 0) values_[read].reset();
  }

  Graph graph_;
  at::ScalarType type_;  ///< of convolutions
  StepMemoryPtr memory_;
  std::vector<Tensor> values_;
  std::vector<std::vector<size_t>> readers_;
  std::vector<size_t> unread_;  ///< number of readers of each node that have not run yet
};

}  // namespace

bool has_fused_images(const Network& network) {
  if (network->input_spec().layout != Layout::images || has_checkpoints(network)) return false;
  const auto modules = network->modules();
  return std::any_of(modules.begin(), modules.end(),
                     [](const auto& module) { return module->template as<nn::BatchNorm2dImpl>() != nullptr; });
}

Tensor run_fused_images(const Network& network, const Tensor& x, at::ScalarType type, const StepMemoryPtr& memory) {
  memory->begin_step();
  return FusedImages(lower(network), type, memory).run(x);
}

}  // namespace reszoo::detail

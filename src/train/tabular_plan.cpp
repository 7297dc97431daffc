#include "train/tabular_plan.h"

#include <ATen/ops/empty.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>

#include <algorithm>

#include "reszoo/nn/chain.h"
#include "reszoo/nn/member_linear.h"
#include "reszoo/nn/n_linear.h"

namespace reszoo::detail {
namespace {

/// Reads consecutive nodes, each of which reads the one before.
class NodeReader {
 public:
  NodeReader(const Graph& graph, size_t next) : graph_(graph), next_(next) {}

  size_t next() const { return next_; }
  bool is(const char* op) const {
    return next_ < graph_.nodes.size() && graph_.nodes[next_].op == op &&
           graph_.nodes[next_].inputs == std::vector{next_ - 1};
  }
  const Node* at_end() const {
    return next_ == graph_.output && next_ + 1 == graph_.nodes.size() ? &graph_.nodes[next_] : nullptr;
  }

  /// Returns the module of the node and moves on if it is an Impl; otherwise returns nullptr.
  template <typename Impl>
  Impl* take(const char* op) {
    if (!is(op)) return nullptr;
    auto* module = graph_.nodes[next_].module.ptr()->as<Impl>();
    if (module) ++next_;
    return module;
  }
  bool skip(const char* op) {
    const bool there = is(op);
    if (there) ++next_;
    return there;
  }
  /// Reads the sum of the previous node and `shortcut`.
  bool take_sum(size_t shortcut) {
    if (next_ >= graph_.nodes.size() || graph_.nodes[next_].op != "add") return false;
    const bool sums = graph_.nodes[next_].inputs == std::vector<size_t>{next_ - 1, shortcut};
    ++next_;
    return sums;
  }

 private:
  const Graph& graph_;
  size_t next_;
};

/// Reads a linear layer into `layer`; returns whether there is one of the plan's kind that is supported.
bool read_linear(NodeReader& nodes, const TabularPlan& plan, LinearTensors& layer) {
  if (const auto* linear = nodes.take<nn::LinearImpl>("linear")) {
    layer = {.weight = linear->weight, .bias = linear->bias, .r = at::empty({0}), .s = at::empty({0})};
    return !plan.ensemble && is_plain(layer.weight) && is_plain(layer.bias);
  }
  const auto* linear = nodes.take<BatchEnsembleLinearImpl>("batch_ensemble_linear");
  if (!linear || !plan.ensemble || linear->options.members != plan.members) return false;
  layer = {.weight = linear->weight, .bias = linear->bias, .r = linear->r, .s = linear->s};
  return is_plain(layer.weight) && is_plain(layer.bias) && is_plain(layer.r) && is_plain(layer.s);
}

/// Reads a norm and adds it; returns false if there is one that is not supported.
bool read_norm(NodeReader& nodes, TabularPlan& plan, NormTensors& tensors) {
  auto* norm = nodes.take<nn::BatchNorm1dImpl>("batch_norm");
  plan.norms.push_back(norm);
  tensors = norm ? NormTensors{norm->weight, norm->bias} : NormTensors{at::empty({0}), at::empty({0})};
  if (!norm) return true;
  return norm->is_training() == plan.training && is_plain(norm->weight) && norm->weight.numel() == plan.width() &&
         is_plain(norm->bias) && is_plain(norm->running_mean) && is_plain(norm->running_var) &&
         norm->options.momentum();
}

/// Reads a dropout into `probability`; returns false if there is one that drops everything.
bool read_dropout(NodeReader& nodes, double& probability) {
  probability = 0;
  if (const auto* dropout = nodes.take<nn::DropoutImpl>("dropout"); dropout && dropout->is_training())
    probability = dropout->options.p();
  return probability < 1;
}

bool read_block(NodeReader& nodes, TabularPlan& plan) {
  const auto entry = nodes.next() - 1;
  auto& tensors = plan.tensors.blocks.emplace_back();
  auto& dropouts = plan.blocks.emplace_back();
  const bool known = read_norm(nodes, plan, tensors.norm) && read_linear(nodes, plan, tensors.first) &&
                     nodes.skip("relu") && read_dropout(nodes, dropouts.dropout) &&
                     read_linear(nodes, plan, tensors.second) && read_dropout(nodes, dropouts.residual_dropout) &&
                     nodes.take_sum(entry);
  if (!known) return false;
  const auto &first = tensors.first.weight, &second = tensors.second.weight;
  const auto width = plan.tensors.input.weight.size(0);
  return first.size(1) == width && second.size(0) == width && second.size(1) == first.size(0);
}

/// Whether the nodes from `first` on are the head, which contains no sum.
bool is_head(const Graph& graph, size_t first) {
  return std::none_of(graph.nodes.begin() + static_cast<std::ptrdiff_t>(first), graph.nodes.end(),
                      [](const Node& node) { return node.op == "add"; });
}

/// Reads the output layer; returns whether it is supported.
bool read_output(const Node& node, TabularPlan& plan) {
  plan.output = node.module;
  plan.tensors.output = {at::empty({0}), at::empty({0}), at::empty({0}), at::empty({0})};
  if (!plan.ensemble) return true;
  const auto* layer = node.module.is_empty() ? nullptr : node.module.ptr()->as<NLinearImpl>();
  if (!layer || layer->options.flat || layer->options.layers != plan.members ||
      layer->options.in != plan.tensors.input.weight.size(0))
    return false;
  plan.tensors.output.weight = layer->weight;
  plan.tensors.output.bias = layer->bias;
  return is_plain(layer->weight) && is_plain(layer->bias);
}

template <typename Visit>
void each_tensor(TabularTensors& tensors, const Visit& visit) {
  const auto visit_norm = [&](NormTensors& norm) { visit(norm.weight), visit(norm.bias); };
  const auto visit_linear = [&](LinearTensors& linear) {
    visit(linear.weight), visit(linear.bias), visit(linear.r), visit(linear.s);
  };
  visit(tensors.embedding.weight), visit(tensors.embedding.bias), visit(tensors.embedding.bins);
  visit_linear(tensors.input);
  visit_linear(tensors.output);
  for (auto& block : tensors.blocks) {
    visit_norm(block.norm);
    visit_linear(block.first);
    visit_linear(block.second);
  }
  visit_norm(tensors.norm);
}

}  // namespace

std::vector<Tensor> TabularTensors::list() const {
  std::vector<Tensor> all;
  auto copy = *this;
  each_tensor(copy, [&](const Tensor& tensor) { all.push_back(tensor); });
  return all;
}

TabularTensors TabularTensors::from(const std::vector<Tensor>& list) {
  TabularTensors tensors;
  tensors.blocks.resize((list.size() - 13) / 10);
  size_t next = 0;
  each_tensor(tensors, [&](Tensor& tensor) { tensor = list[next++]; });
  return tensors;
}

bool has_checkpoints(const Network& network) {
  bool found = false;
  visit_modules(network, [&](const nn::Module& module) {
    const auto* chain = module.as<ChainImpl>();
    found = found || (chain && chain->checkpoint());
  });
  return found;
}

std::optional<TabularPlan> plan_of(const Network& network, const Graph& graph, bool training) {
  if (has_checkpoints(network)) return std::nullopt;
  auto first = size_t{1};
  TabularPlan plan{};
  plan.training = training;
  for (size_t i = 1; i < graph.nodes.size(); ++i) {
    const auto& node = graph.nodes[i];
    first = i;
    if (node.op == "linear" || node.op == "batch_ensemble_linear") break;
    if (node.inputs != std::vector{i - 1} || node.module.is_empty()) return std::nullopt;
    plan.encoders.push_back(node.module);
  }
  NodeReader nodes(graph, first);
  if (!nodes.is("linear") && !nodes.is("batch_ensemble_linear")) return std::nullopt;
  const auto* members = graph.nodes[first].module.ptr()->as<BatchEnsembleLinearImpl>();
  plan.ensemble = members != nullptr;
  plan.members = members ? members->options.members : 1;
  if (!read_linear(nodes, plan, plan.tensors.input)) return std::nullopt;
  while (!is_head(graph, nodes.next()))
    if (!read_block(nodes, plan)) return std::nullopt;
  if (plan.blocks.empty() || !read_norm(nodes, plan, plan.tensors.norm) || !nodes.skip("relu")) return std::nullopt;
  const auto* output = nodes.at_end();
  if (!output || !read_output(*output, plan)) return std::nullopt;
  auto& embedding = plan.tensors.embedding;
  if (plan.ensemble) plan.columns = columns_of(plan.encoders, embedding);
  if (!plan.columns || plan.columns->embedded() == 0) embedding = {at::empty({0}), at::empty({0}), at::empty({0})};
  return plan;
}

}  // namespace reszoo::detail

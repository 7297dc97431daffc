#include "infer/fuse_draft.h"

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include "reszoo/nn/squeeze_excite.h"
#include "reszoo/nn/std_conv2d.h"

namespace reszoo::detail {
namespace {

std::array<int64_t, 2> pair(at::IntArrayRef values) {
  return {values[0], values[1]};
}

class Drafter {
 public:
  Drafter(const Graph& graph, const std::vector<size_t>& outputs) {
    std::vector<bool> needed(graph.nodes.size(), false);
    for (const size_t output : outputs) needed[output] = true;
    for (size_t i = graph.nodes.size(); i-- > 0;)
      if (needed[i])
        for (const size_t input : graph.nodes[i].inputs) needed[input] = true;
    of_node_.resize(graph.nodes.size());
    for (size_t i = 0; i < graph.nodes.size(); ++i)
      if (needed[i]) of_node_[i] = draft(graph.nodes[i]);
    for (const size_t output : outputs) drafts.outputs.push_back(of_node_[output]);
  }

  Drafts drafts;

 private:
  size_t add(Draft op) {
    drafts.ops.push_back(std::move(op));
    return drafts.ops.size() - 1;
  }

  static Draft conv(const std::string& key, size_t x, const Tensor& weight, const Tensor& bias) {
    Draft op;
    op.kind = OpKind::conv;
    op.key = key;
    op.inputs = {x};
    op.weights.weight = weight.detach();
    if (bias.defined()) op.weights.bias = exact(bias);
    return op;
  }

  template <typename Options>
  static bool set_geometry(Draft& op, const Options& options) {
    if (!std::holds_alternative<torch::ExpandingArray<2>>(options.padding()) ||
        !std::holds_alternative<torch::enumtype::kZeros>(options.padding_mode()))
      return false;
    op.weights.stride = pair(*options.stride());
    op.weights.padding = pair(*std::get<torch::ExpandingArray<2>>(options.padding()));
    op.weights.dilation = pair(*options.dilation());
    op.weights.groups = options.groups();
    return true;
  }

  /// The draft of a node, and its index; what does nothing in inference has that of its input.
  size_t draft(const Node& node) {
    std::vector<size_t> inputs;
    for (const size_t input : node.inputs) inputs.push_back(of_node_[input]);
    if (node.op == "dropout" || node.op == "drop_path" || node.op == "drop_block") return inputs[0];
    Draft op;
    op.key = node.key;
    op.node = node.op;
    op.inputs = inputs;
    op.module = node.module;
    if (node.op == "input")
      op.kind = OpKind::input;
    else if (node.op == "add")
      op.kind = OpKind::add;
    else if (node.op == "relu")
      op.is_relu = true;
    else if (node.op == "flatten")
      op.kind = OpKind::flatten;
    else if (node.op == "squeeze_excite")
      return draft_attention(node, inputs[0]);
    else
      draft_module(op);
    return add(std::move(op));
  }

  static void draft_module(Draft& op) {
    const auto module = op.module.ptr();
    if (const auto* layer = module->as<nn::Conv2dImpl>()) {
      auto made = conv(op.key, op.inputs[0], layer->weight, layer->bias);
      if (set_geometry(made, layer->options)) op = made;
    } else if (const auto* standardized = module->as<StdConv2dImpl>()) {
      auto made = conv(op.key, op.inputs[0], standardized->standardized(), {});
      if (set_geometry(made, standardized->options.conv)) op = made;
    } else if (const auto* linear = module->as<nn::LinearImpl>()) {
      op = conv(op.key, op.inputs[0], linear->weight.unsqueeze(2).unsqueeze(3), linear->bias);
      op.linear = true;
    } else if (const auto* of_maps = module->as<nn::BatchNorm2dImpl>()) {
      draft_norm(op, *of_maps);
    } else if (const auto* of_rows = module->as<nn::BatchNorm1dImpl>()) {
      draft_norm(op, *of_rows);
    } else {
      draft_pool(op, *module);
    }
  }

  template <typename Norm>
  static void draft_norm(Draft& op, const Norm& norm) {
    if (!norm.running_mean.defined()) return;  // statistics of the batch: plain
    op.kind = OpKind::scale_shift;
    op.scale = (exact(norm.running_var) + norm.options.eps()).rsqrt();
    if (norm.weight.defined()) op.scale = op.scale * exact(norm.weight);
    op.shift = -exact(norm.running_mean) * op.scale;
    if (norm.bias.defined()) op.shift = op.shift + exact(norm.bias);
  }

  static void draft_pool(Draft& op, nn::Module& module) {
    if (const auto* maximum = module.as<nn::MaxPool2dImpl>()) {
      const auto& o = maximum->options;
      if (o.dilation()->at(0) != 1 || o.dilation()->at(1) != 1) return;
      op.kind = OpKind::max_pool;
      op.window = {pair(*o.kernel_size()), pair(*o.stride()), pair(*o.padding()), o.ceil_mode()};
    } else if (const auto* average = module.as<nn::AvgPool2dImpl>()) {
      const auto& o = average->options;
      if (o.divisor_override()) return;
      op.kind = OpKind::average;
      op.window = {pair(*o.kernel_size()), pair(*o.stride()), pair(*o.padding()), o.ceil_mode(), o.count_include_pad()};
    } else if (const auto* whole = module.as<nn::AdaptiveAvgPool2dImpl>()) {
      const auto& size = *whole->options.output_size();
      if (size[0] == 1 && size[1] == 1) op.kind = OpKind::average;
    }
  }

  /// y = x * sigmoid(fc2(relu(fc1(mean(x))))) as four operations.
  size_t draft_attention(const Node& node, size_t x) {
    const auto* attention = node.module.ptr()->as<SqueezeExciteImpl>();
    Draft mean;
    mean.kind = OpKind::average;
    mean.key = node.key;
    mean.inputs = {x};
    mean.window.flat = true;
    auto squeeze = conv(node.key + ".fc1", add(mean), attention->fc1->weight, attention->fc1->bias);
    squeeze.linear = squeeze.relu = true;
    squeeze.with = {"relu"};
    auto excite = conv(node.key + ".fc2", add(squeeze), attention->fc2->weight, attention->fc2->bias);
    excite.linear = excite.sigmoid = true;
    excite.with = {"sigmoid"};
    Draft gate;
    gate.kind = OpKind::scale_shift;
    gate.key = node.key;
    gate.gated = true;
    gate.inputs = {x, add(excite)};
    return add(gate);
  }

  std::vector<size_t> of_node_;
};

}  // namespace

Tensor exact(const Tensor& tensor) {
  return tensor.detach().to(at::kDouble);
}

Drafts draft_graph(const Graph& graph, const std::vector<size_t>& outputs) {
  return Drafter(graph, outputs).drafts;
}

}  // namespace reszoo::detail

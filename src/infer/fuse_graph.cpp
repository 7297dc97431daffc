#include <ATen/ops/matmul.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include <algorithm>
#include <set>

#include "infer/fused_op.h"
#include "reszoo/nn/squeeze_excite.h"
#include "reszoo/nn/std_conv2d.h"

namespace reszoo::detail {
namespace {

/// An operation on its way: with weights that norms can still be folded into.
struct Draft : FusedOp {
  ConvWeights weights;
  bool is_relu = false;
  bool gone = false;                    ///< became part of another
  size_t became = 0;                    ///< that one
  std::vector<std::string> norms = {};  ///< folded into the weights
};

Tensor exact(const Tensor& tensor) {
  return tensor.detach().to(at::kDouble);
}
Tensor ready(const Tensor& tensor) {
  return tensor.defined() ? tensor.to(at::kFloat).contiguous() : tensor;
}

std::array<int64_t, 2> pair(at::IntArrayRef values) {
  return {values[0], values[1]};
}

/// Makes drafts of nodes, then folds them into one another.
class Fuser {
 public:
  Fuser(const Graph& graph, const std::vector<size_t>& outputs) {
    std::vector<bool> needed(graph.nodes.size(), false);
    for (const size_t output : outputs) needed[output] = true;
    for (size_t i = graph.nodes.size(); i-- > 0;)
      if (needed[i])
        for (const size_t input : graph.nodes[i].inputs) needed[input] = true;
    of_node_.resize(graph.nodes.size());
    for (size_t i = 0; i < graph.nodes.size(); ++i)
      if (needed[i]) of_node_[i] = draft(graph.nodes[i]);
    for (const size_t output : outputs) outputs_.push_back(of_node_[output]);
  }

  void fold() {
    count_readers();
    for (size_t i = 0; i < drafts_.size(); ++i) {
      for (auto& input : drafts_[i].inputs) input = found(input);
      auto& op = drafts_[i];
      if (op.kind == OpKind::scale_shift && !op.gated)
        fold_norm(i);
      else if (op.kind == OpKind::conv)
        fold_norm_before(i);
      else if (op.kind == OpKind::add)
        fold_add(i);
      else if (op.is_relu)
        fold_relu(i);
      else if (op.kind == OpKind::flatten)
        fold_flatten(i);
    }
  }

  Program program(ConvLayers& layers) {
    Program program;
    std::vector<size_t> places(drafts_.size());
    for (size_t i = 0; i < drafts_.size(); ++i) {
      auto& op = drafts_[i];
      if (op.gone) continue;
      for (auto& input : op.inputs) input = places[found(input)];
      if (op.kind == OpKind::conv) op.conv = layer(op, layers);
      op.scale = ready(op.scale);
      op.shift = ready(op.shift);
      places[i] = program.ops.size();
      program.ops.push_back(op);
    }
    for (const size_t output : outputs_) program.outputs.push_back(places[found(output)]);
    return program;
  }

 private:
  size_t add(Draft op) {
    drafts_.push_back(std::move(op));
    return drafts_.size() - 1;
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
      if (set_geometry(made, standardized->options.conv())) op = made;
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

  size_t found(size_t i) const {
    while (drafts_[i].gone) i = drafts_[i].became;
    return i;
  }

  void count_readers() {
    readers_.assign(drafts_.size(), 0);
    for (const auto& op : drafts_)
      for (const size_t input : op.inputs) ++readers_[input];
    for (const size_t output : outputs_) ++readers_[output];
  }

  /// i becomes part of its only reader's input p.
  void vanish(size_t i, size_t p) {
    drafts_[i].gone = true;
    drafts_[i].became = p;
    readers_[p] = readers_[i];
  }

  /// Whether something can still be added to p's result, which nobody else reads.
  bool is_open(size_t p) const {
    const auto& op = drafts_[p];
    return readers_[p] == 1 && !op.residual && !op.relu && !op.sigmoid &&
           (op.kind == OpKind::conv || op.kind == OpKind::scale_shift);
  }

  void fold_norm(size_t i) {
    const auto p = drafts_[i].inputs[0];
    auto& conv = drafts_[p];
    if (conv.kind != OpKind::conv || !is_open(p)) return;
    const auto& norm = drafts_[i];
    auto& of = conv.weights;
    of.output_scale = of.output_scale.defined() ? of.output_scale * norm.scale : norm.scale;
    of.bias = of.bias.defined() ? of.bias * norm.scale + norm.shift : norm.shift;
    conv.with.push_back(norm.key);
    conv.norms.push_back(norm.key);
    vanish(i, p);
  }

  /// A norm in front of a layer that sees no border: W (x * scale + shift) + b.
  void fold_norm_before(size_t i) {
    const auto p = drafts_[i].inputs[0];
    auto& conv = drafts_[i];
    const auto& norm = drafts_[p];
    if (norm.kind != OpKind::scale_shift || norm.gated || !is_open(p)) return;
    auto& of = conv.weights;
    if (of.groups != 1 || of.padding != std::array<int64_t, 2>{0, 0}) return;
    const auto shifted = at::matmul(exact(of.weight).sum({2, 3}), norm.shift);
    of.bias = of.bias.defined() ? of.bias + shifted : shifted;
    of.input_scale = norm.scale;
    conv.with.insert(conv.with.begin(), norm.key);
    conv.norms.insert(conv.norms.begin(), norm.key);
    conv.inputs[0] = norm.inputs[0];
    drafts_[p].gone = true;  // nobody asks for it any more
  }

  /// The sum moves one of its summands to its own place, where the other one is known.
  void fold_add(size_t i) {
    for (const size_t side : {0u, 1u}) {
      const auto p = drafts_[i].inputs[side], other = drafts_[i].inputs[1 - side];
      if (p == other || !is_open(p)) continue;
      drafts_[i] = drafts_[p];
      drafts_[i].inputs.push_back(other);
      drafts_[i].residual = true;
      drafts_[i].with.push_back("add");
      drafts_[p].gone = true;
      drafts_[p].became = i;
      return;
    }
  }

  void fold_relu(size_t i) {
    const auto p = drafts_[i].inputs[0];
    auto& op = drafts_[p];
    const bool takes = op.kind == OpKind::conv || op.kind == OpKind::scale_shift || op.kind == OpKind::add;
    if (!takes || op.relu || op.sigmoid || readers_[p] != 1) return;
    op.relu = true;
    op.with.push_back("relu");
    vanish(i, p);
  }

  /// Behind an average of the whole map nothing is left to flatten.
  void fold_flatten(size_t i) {
    const auto p = drafts_[i].inputs[0];
    auto& op = drafts_[p];
    if (op.kind == OpKind::average && op.window.kernel[0] == 0 && readers_[p] == 1) {
      op.window.flat = true;
      op.with.push_back("flatten");
      vanish(i, p);
    } else {
      drafts_[i].kind = OpKind::plain;
    }
  }

  static std::shared_ptr<ConvLayer> layer(const Draft& op, ConvLayers& layers) {
    auto name = op.key;
    for (const auto& norm : op.norms) name += "+" + norm;
    auto& found = layers[name];
    if (!found) found = std::make_shared<ConvLayer>(op.weights);
    return found;
  }

  std::vector<Draft> drafts_;
  std::vector<size_t> of_node_, outputs_;
  std::vector<size_t> readers_;
};

}  // namespace

std::string result_name(const FusedOp& op) {
  auto name = op.key;
  for (const auto& part : op.with) name += "+" + part;
  return name;
}

Program fuse_graph(const Graph& graph, const std::vector<size_t>& outputs, ConvLayers& layers) {
  Fuser fuser(graph, outputs);
  fuser.fold();
  return fuser.program(layers);
}

}  // namespace reszoo::detail

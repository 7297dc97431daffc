#include <ATen/ops/matmul.h>

#include <algorithm>

#include "infer/fuse_draft.h"

namespace reszoo::detail {
namespace {

Tensor ready(const Tensor& tensor) {
  return tensor.defined() ? tensor.to(at::kFloat).contiguous() : tensor;
}

/// Folds drafts into one another.
class Fuser {
 public:
  explicit Fuser(Drafts drafts) : drafts_(std::move(drafts.ops)), outputs_(std::move(drafts.outputs)) {}

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
  std::vector<size_t> outputs_;
  std::vector<size_t> readers_;
};

}  // namespace

std::string result_name(const FusedOp& op) {
  auto name = op.key;
  for (const auto& part : op.with) name += "+" + part;
  return name;
}

Program fuse_graph(const Graph& graph, const std::vector<size_t>& outputs, ConvLayers& layers) {
  Fuser fuser(draft_graph(graph, outputs));
  fuser.fold();
  return fuser.program(layers);
}

}  // namespace reszoo::detail

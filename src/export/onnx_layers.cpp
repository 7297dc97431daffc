// ONNX of convolutions and linear layers.
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include "onnx_graph.h"
#include "reszoo/base/error.h"
#include "reszoo/nn/blur_pool2d.h"
#include "reszoo/nn/std_conv2d.h"

namespace reszoo::onnx {
namespace {

/// Padding in pixels before and behind each dimension. A module keeps its options
/// in another type than that which it was made with.
template <typename Options>
std::vector<int64_t> pads_of(const Options& options, const std::string& key) {
  if (!std::holds_alternative<torch::enumtype::kZeros>(options.padding_mode()))
    fail(ErrorKind::usage, "{}: only padding by zeros can be written as ONNX", key);
  std::vector<int64_t> before(2, 0), behind(2, 0);
  for (size_t i = 0; i < 2; ++i) {
    if (const auto* padding = std::get_if<torch::ExpandingArray<2>>(&options.padding())) {
      before[i] = behind[i] = (*padding)->at(i);
    } else if (std::holds_alternative<torch::enumtype::kSame>(options.padding())) {
      const int64_t total = options.dilation()->at(i) * (options.kernel_size()->at(i) - 1);
      before[i] = total / 2;
      behind[i] = total - total / 2;
    }
  }
  return {before[0], before[1], behind[0], behind[1]};
}

template <typename Options>
Value convolution(OnnxGraph& graph, const OnnxCall& call, const Options& options, const std::vector<Value>& inputs) {
  auto* node = graph.add("Conv", inputs);
  node->is_(attribute("kernel_shape"), at::IntArrayRef(*options.kernel_size()).vec());
  node->is_(attribute("strides"), at::IntArrayRef(*options.stride()).vec());
  node->is_(attribute("dilations"), at::IntArrayRef(*options.dilation()).vec());
  node->is_(attribute("pads"), pads_of(options, call.node.key));
  node->i_(attribute("group"), options.groups());
  return node->output();
}

}  // namespace

Value conv2d(OnnxGraph& graph, const OnnxCall& call) {
  const auto& conv = call.module<nn::Conv2dImpl>();
  std::vector<Value> inputs{call.x(), graph.weight(call.key("weight"), conv.weight)};
  if (conv.bias.defined()) inputs.push_back(graph.weight(call.key("bias"), conv.bias));
  return convolution(graph, call, conv.options, inputs);
}

/// The weights are standardised here: standardising them again changes nothing,
/// so the file's weights still are weights for this key.
Value std_conv2d(OnnxGraph& graph, const OnnxCall& call) {
  const auto& conv = call.module<StdConv2dImpl>();
  return convolution(graph, call, conv.options.conv, {call.x(), graph.weight(call.key("weight"), conv.standardized())});
}

Value blur_pool(OnnxGraph& graph, const OnnxCall& call) {
  const auto& pool = call.module<BlurPool2dImpl>();
  const auto channels = pool.options.channels;
  auto* mirrored = graph.add("Pad", {call.x(), graph.integers({0, 0, 1, 1, 0, 0, 1, 1})});
  mirrored->s_(attribute("mode"), "reflect");
  const auto filter = graph.constant(pool.filter().contiguous());
  return convolution(graph, call, nn::Conv2dOptions(channels, channels, 3).stride(pool.options.stride).groups(channels),
                     {mirrored->output(), filter});
}

Value linear(OnnxGraph& graph, const OnnxCall& call) {
  const auto& layer = call.module<nn::LinearImpl>();
  if (call.shape.size() != 2)
    fail(ErrorKind::usage, "{}: only a linear layer on rows (N, C) can be written as ONNX", call.node.key);
  std::vector<Value> inputs{call.x(), graph.weight(call.key("weight"), layer.weight)};
  if (layer.bias.defined()) inputs.push_back(graph.weight(call.key("bias"), layer.bias));
  return graph.add("Gemm", inputs)->i_(attribute("transB"), 1)->output();
}

}  // namespace reszoo::onnx

// The operators as defined in ONNX's Operators.md; a missing attribute has the default value defined there.
#include <torch/types.h>

#include <stdexcept>

#include "onnx_operators.h"

namespace reszoo::test {
namespace {

using Ints = std::vector<int64_t>;

Ints ints(const Tensor& tensor) {
  const auto flat = tensor.to(torch::kLong).contiguous();
  return {flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel()};
}

Tensor or_none(const Tensors& x, size_t i) { return i < x.size() ? x[i] : Tensor(); }

/// Pads height and width by [top, left, bottom, right].
Tensor pad(const Tensor& x, const Ints& pads, double value) {
  return at::constant_pad_nd(x, {pads[1], pads[3], pads[0], pads[2]}, value);
}

/// A convolution of images or of sequences (N, C, length).
Tensor conv(const OnnxNode& node, const Tensors& x) {
  if (x[0].dim() == 3) {
    const auto pads = node.attribute<Ints>("pads", {0, 0});
    return at::conv1d(at::constant_pad_nd(x[0], pads), x[1], or_none(x, 2), node.attribute<Ints>("strides", {1}),
                      /*padding=*/at::IntArrayRef{0}, node.attribute<Ints>("dilations", {1}),
                      node.attribute<int64_t>("group", 1));
  }
  const auto padded = pad(x[0], node.attribute<Ints>("pads", {0, 0, 0, 0}), 0);
  return at::conv2d(padded, x[1], or_none(x, 2), node.attribute<Ints>("strides", {1, 1}),
                    /*padding=*/at::IntArrayRef{0, 0}, node.attribute<Ints>("dilations", {1, 1}),
                    node.attribute<int64_t>("group", 1));
}

/// Returns the windows of a pooling operator, (N, C, h, w, k * l), with the value `outside` for positions outside the
/// image. With ceil_mode, an incomplete last window counts unless it begins after the padded image.
Tensor windows(const OnnxNode& node, const Tensor& x, double outside) {
  const auto kernel = std::get<Ints>(node.attributes.at("kernel_shape"));
  const auto strides = node.attribute<Ints>("strides", {1, 1});
  const auto dilations = node.attribute<Ints>("dilations", {1, 1});
  auto pads = node.attribute<Ints>("pads", {0, 0, 0, 0});
  Ints counts;
  for (size_t i = 0; i < 2; ++i) {
    const int64_t size = x.size(static_cast<int64_t>(i) + 2), span = dilations[i] * (kernel[i] - 1) + 1;
    const int64_t room = size + pads[i] + pads[i + 2] - span;
    int64_t count = room / strides[i] + 1;
    if (node.attribute<int64_t>("ceil_mode", 0) && room % strides[i] != 0 && count * strides[i] < size + pads[i])
      ++count;
    counts.push_back(count);
    pads[i + 2] = std::max(pads[i + 2], (count - 1) * strides[i] + span - size - pads[i]);
  }
  const auto padded = pad(x, pads, outside);
  Tensors parts;
  for (int64_t row = 0; row < kernel[0]; ++row)
    for (int64_t column = 0; column < kernel[1]; ++column) {
      const auto from_row = row * dilations[0], from_column = column * dilations[1];
      parts.push_back(padded.slice(2, from_row, from_row + (counts[0] - 1) * strides[0] + 1, strides[0])
                          .slice(3, from_column, from_column + (counts[1] - 1) * strides[1] + 1, strides[1]));
    }
  return at::stack(parts, -1);
}

/// Converts a pooling of sequences to one of images with a single row.
OnnxNode with_rows(OnnxNode node) {
  for (const auto& [name, of_row] : {std::pair{"kernel_shape", 1}, {"strides", 1}, {"dilations", 1}, {"pads", 0}}) {
    if (!node.attributes.contains(name)) continue;
    auto& values = std::get<Ints>(node.attributes.at(name));
    values = values.size() == 2 ? Ints{of_row, values[0], of_row, values[1]} : Ints{of_row, values[0]};
  }
  return node;
}

Tensor max_pool(const OnnxNode& node, const Tensors& x) {
  if (x[0].dim() == 3) return max_pool(with_rows(node), {x[0].unsqueeze(2)}).squeeze(2);
  return windows(node, x[0], -std::numeric_limits<double>::infinity()).amax(-1);
}

Tensor average_pool(const OnnxNode& node, const Tensors& x) {
  if (x[0].dim() == 3) return average_pool(with_rows(node), {x[0].unsqueeze(2)}).squeeze(2);
  const auto sums = windows(node, x[0], 0).sum(-1);
  auto counted = at::ones_like(x[0]);
  auto plain = node;
  if (node.attribute<int64_t>("count_include_pad", 0)) {  // padding counts, but positions added by ceil_mode do not
    counted = pad(counted, node.attribute<Ints>("pads", {0, 0, 0, 0}), 1);
    plain.attributes.erase("pads");
  }
  return sums / windows(plain, counted, 0).sum(-1);
}

Tensor gemm(const OnnxNode& node, const Tensors& x) {
  const auto a = node.attribute<int64_t>("transA", 0) ? x[0].t() : x[0];
  const auto b = node.attribute<int64_t>("transB", 0) ? x[1].t() : x[1];
  const auto product = at::mm(a, b) * node.attribute<float>("alpha", 1);
  return x.size() < 3 ? product : product + x[2] * node.attribute<float>("beta", 1);
}

/// Returns (x - mean) / sqrt(var + epsilon) over these dimensions.
Tensor standardise(const OnnxNode& node, const Tensor& x, const Ints& dims) {
  const auto mean = x.mean(dims, /*keepdim=*/true);
  const auto variance = (x - mean).square().mean(dims, /*keepdim=*/true);
  return (x - mean) / (variance + node.attribute<float>("epsilon", 1e-5f)).sqrt();
}

/// Reshapes one value per channel so that it broadcasts with (N, C, ...).
Tensor by_channel(const Tensor& numbers, const Tensor& x) {
  Ints shape(static_cast<size_t>(x.dim()), 1);
  shape.at(1) = numbers.numel();
  return numbers.reshape(shape);
}

Tensor batch_norm(const OnnxNode& node, const Tensors& x) {
  const auto deviation = (x[4] + node.attribute<float>("epsilon", 1e-5f)).sqrt();
  return (x[0] - by_channel(x[3], x[0])) / by_channel(deviation, x[0]) * by_channel(x[1], x[0]) +
         by_channel(x[2], x[0]);
}

Tensor instance_norm(const OnnxNode& node, const Tensors& x) {
  Ints dims;
  for (int64_t i = 2; i < x[0].dim(); ++i) dims.push_back(i);
  return standardise(node, x[0], dims) * by_channel(x[1], x[0]) + by_channel(x[2], x[0]);
}

Tensor layer_norm(const OnnxNode& node, const Tensors& x) {
  Ints dims;
  for (int64_t i = node.attribute<int64_t>("axis", -1); i < 0; ++i) dims.push_back(i);
  const auto scaled = standardise(node, x[0], dims) * x[1];
  return x.size() > 2 ? scaled + x[2] : scaled;
}

Tensor reshape(const OnnxNode&, const Tensors& x) {
  auto shape = ints(x[1]);
  for (size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == 0) shape[i] = x[0].size(static_cast<int64_t>(i));  // 0 copies the input's dimension
  return x[0].reshape(shape);
}

/// Of the mode CRD: a pixel's channels are groups of (row, column).
Tensor depth_to_space(const OnnxNode& node, const Tensors& x) {
  if (node.attribute<std::string>("mode", "DCR") != "CRD")
    throw std::runtime_error("onnx: DepthToSpace of another mode");
  const auto size = node.attribute<int64_t>("blocksize", 0), n = x[0].size(0), c = x[0].size(1) / (size * size),
             h = x[0].size(2), w = x[0].size(3);
  return x[0].reshape({n, c, size, size, h, w}).permute({0, 1, 4, 2, 5, 3}).reshape({n, c, h * size, w * size});
}

Tensor slice(const OnnxNode&, const Tensors& x) {
  const auto starts = ints(x[1]), ends = ints(x[2]), axes = ints(x.at(3));
  const auto steps = x.size() > 4 ? ints(x[4]) : Ints(starts.size(), 1);
  auto result = x[0];
  for (size_t i = 0; i < axes.size(); ++i) result = result.slice(axes[i], starts[i], ends[i], steps[i]);
  return result;
}

Tensor pad_any(const OnnxNode& node, const Tensors& x) {
  const auto mode = node.attribute<std::string>("mode", "constant");
  const auto pads = ints(x[1]);
  if (mode == "reflect") return at::reflection_pad2d(x[0], {pads[3], pads[7], pads[2], pads[6]});
  if (mode != "constant") throw std::runtime_error("onnx: padding of another mode");
  Ints reversed;
  const auto rank = static_cast<size_t>(x[0].dim());
  for (size_t i = rank; i-- > 0;) {
    reversed.push_back(pads[i]);
    reversed.push_back(pads[i + rank]);
  }
  return at::constant_pad_nd(x[0], reversed, x.size() > 2 ? x[2].item() : at::Scalar(0));
}

Tensor gather(const OnnxNode& node, const Tensors& x) {
  const auto axis = node.attribute<int64_t>("axis", 0);
  auto shape = x[0].sizes().vec();
  shape.erase(shape.begin() + axis);
  shape.insert(shape.begin() + axis, x[1].sizes().begin(), x[1].sizes().end());
  return x[0].index_select(axis, x[1].flatten()).reshape(shape);
}

Tensor shape_of(const OnnxNode& node, const Tensors& x) {
  const auto sizes = torch::tensor(x[0].sizes().vec(), torch::kLong);
  return sizes.slice(0, node.attribute<int64_t>("start", 0), node.attribute<int64_t>("end", x[0].dim()));
}

Tensor cast(const OnnxNode& node, const Tensors& x) {
  switch (node.attribute<int64_t>("to", 0)) {
    case 1: return x[0].to(torch::kFloat);
    case 7: return x[0].to(torch::kLong);
    case 11: return x[0].to(torch::kDouble);
    default: throw std::runtime_error("onnx: Cast to another type");
  }
}

Tensor divide(const OnnxNode&, const Tensors& x) {
  return x[0].is_floating_point() ? x[0] / x[1] : at::div(x[0], x[1], "trunc");
}

Tensor reduce_mean(const OnnxNode& node, const Tensors& x) {
  return x[0].mean(std::get<Ints>(node.attributes.at("axes")), node.attribute<int64_t>("keepdims", 1) != 0);
}

Tensor flatten(const OnnxNode& node, const Tensors& x) {
  int64_t rows = 1;
  for (int64_t i = 0; i < node.attribute<int64_t>("axis", 1); ++i) rows *= x[0].size(i);
  return x[0].reshape({rows, -1});
}

Tensor constant(const OnnxNode& node, const Tensors&) { return std::get<Tensor>(node.attributes.at("value")); }

const std::map<std::string, Operator> kOperators = {
    {"Add", [](const OnnxNode&, const Tensors& x) { return x[0] + x[1]; }},
    {"And", [](const OnnxNode&, const Tensors& x) { return x[0].logical_and(x[1]); }},
    {"AveragePool", average_pool},
    {"BatchNormalization", batch_norm},
    {"Cast", cast},
    {"Concat", [](const OnnxNode& node, const Tensors& x) { return at::cat(x, node.attribute<int64_t>("axis", 0)); }},
    {"Constant", constant},
    {"Conv", conv},
    {"Cos", [](const OnnxNode&, const Tensors& x) { return x[0].cos(); }},
    {"Div", divide},
    {"DepthToSpace", depth_to_space},
    {"Equal", [](const OnnxNode&, const Tensors& x) { return x[0].eq(x[1]); }},
    {"Erf", [](const OnnxNode&, const Tensors& x) { return x[0].erf(); }},
    {"Flatten", flatten},
    {"Gather", gather},
    {"Gemm", gemm},
    {"GlobalAveragePool",
     [](const OnnxNode&, const Tensors& x) {
       return x[0].mean({2, 3}, true);
     }},
    {"GreaterOrEqual", [](const OnnxNode&, const Tensors& x) { return x[0].ge(x[1]); }},
    {"HardSwish", [](const OnnxNode&, const Tensors& x) { return x[0] * (x[0] / 6 + 0.5).clamp(0, 1); }},
    {"Identity", [](const OnnxNode&, const Tensors& x) { return x[0]; }},
    {"InstanceNormalization", instance_norm},
    {"LayerNormalization", layer_norm},
    {"LeakyRelu",
     [](const OnnxNode& node, const Tensors& x) {
       return at::where(x[0] < 0, x[0] * node.attribute<float>("alpha", 0.01f), x[0]);
     }},
    {"Log", [](const OnnxNode&, const Tensors& x) { return x[0].log(); }},
    {"Less", [](const OnnxNode&, const Tensors& x) { return x[0].lt(x[1]); }},
    {"MatMul", [](const OnnxNode&, const Tensors& x) { return at::matmul(x[0], x[1]); }},
    {"Max", [](const OnnxNode&, const Tensors& x) { return at::maximum(x[0], x[1]); }},
    {"MaxPool", max_pool},
    {"Min", [](const OnnxNode&, const Tensors& x) { return at::minimum(x[0], x[1]); }},
    {"Mul", [](const OnnxNode&, const Tensors& x) { return x[0] * x[1]; }},
    {"Pad", pad_any},
    {"Range", [](const OnnxNode&,
                 const Tensors& x) { return at::arange(x[0].item(), x[1].item(), x[2].item(), x[0].options()); }},
    {"ReduceMean", reduce_mean},
    {"Relu", [](const OnnxNode&, const Tensors& x) { return x[0].clamp_min(0); }},
    {"Reshape", reshape},
    {"Shape", shape_of},
    {"Sigmoid", [](const OnnxNode&, const Tensors& x) { return 1 / (1 + (-x[0]).exp()); }},
    {"Sin", [](const OnnxNode&, const Tensors& x) { return x[0].sin(); }},
    {"Slice", slice},
    {"Softmax",
     [](const OnnxNode& node, const Tensors& x) { return x[0].softmax(node.attribute<int64_t>("axis", -1)); }},
    {"Sqrt", [](const OnnxNode&, const Tensors& x) { return x[0].sqrt(); }},
    {"Squeeze",
     [](const OnnxNode&, const Tensors& x) { return x.size() > 1 ? x[0].squeeze(ints(x[1])) : x[0].squeeze(); }},
    {"Sub", [](const OnnxNode&, const Tensors& x) { return x[0] - x[1]; }},
    {"Transpose",
     [](const OnnxNode& node, const Tensors& x) { return x[0].permute(std::get<Ints>(node.attributes.at("perm"))); }},
    {"Unsqueeze", [](const OnnxNode&, const Tensors& x) { return x[0].unsqueeze(ints(x[1]).at(0)); }},
};

}  // namespace

std::map<std::string, Tensor> OnnxFile::run(const std::map<std::string, Tensor>& given) const {
  auto values = weights;
  for (const auto& [name, input] : given) values[name] = input;
  for (const auto& node : nodes) {
    const auto& more = more_operators();
    const auto found = kOperators.contains(node.op) ? kOperators.find(node.op) : more.find(node.op);
    if (found == more.end()) throw std::runtime_error("onnx: no operator " + node.op);
    Tensors arguments;
    // Throws for a value that no node produced.
    for (const auto& name : node.inputs) arguments.push_back(values.at(name));
    values[node.outputs.at(0)] = found->second(node, arguments);
  }
  std::map<std::string, Tensor> results;
  for (const auto& output : outputs) results[output.name] = values.at(output.name);
  return results;
}

Tensor OnnxFile::run(const Tensor& input, size_t output) const {
  return run({{inputs.at(0).name, input}}).at(outputs.at(output).name);
}

}  // namespace reszoo::test

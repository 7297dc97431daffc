#include "reszoo/fusion/quantize.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/aminmax.h>

#include <algorithm>
#include <cmath>

#include "fusion/eager_executor.h"
#include "fusion/program.h"
#include "fusion/value_histogram.h"
#include "kernels/quantize.h"
#include "reszoo/base/error.h"
#include "reszoo/weights/quantized.h"

namespace reszoo {
namespace {

/// Returns the keys of the layers that can compute in int8. Gates stay in floating point.
std::vector<std::string> quantizable(const detail::Program& program) {
  std::vector<std::string> keys;
  for (const auto& node : program.nodes)
    if ((node.graph_op == "conv2d" || node.graph_op == "linear") && node.conv()) keys.push_back(node.key);
  return keys;
}

}  // namespace

struct Calibration::Impl {
  Network network{nullptr};
  std::shared_ptr<const detail::Program> program;
  std::unique_ptr<detail::EagerExecutor> run;
  int64_t batches = 0;
  /// What was observed of the result of a node.
  struct Observed {
    double min = 0, max = 0;  ///< sums over the batches
    Tensor mean = {};         ///< of each channel, the sum over the batches, float64
    detail::ValueHistogram values = {};
  };
  std::vector<Observed> observed;
  std::map<size_t, Observed> products;  ///< of layers to whose results something is added

  static void observe(Observed& seen, const Tensor& result);
  ValueRange range_of(const Observed& seen, const std::string& name, RangeRule rule) const;
};

void Calibration::Impl::observe(Observed& seen, const Tensor& result) {
  const auto [min, max] = at::aminmax(result);
  seen.min += min.item<double>();
  seen.max += max.item<double>();
  seen.values.add(result);
}

ValueRange Calibration::Impl::range_of(const Observed& seen, const std::string& name, RangeRule rule) const {
  const auto count = static_cast<double>(batches);
  const ValueRange range{static_cast<float>(seen.min / count), static_cast<float>(seen.max / count)};
  if (!std::isfinite(range.min) || !std::isfinite(range.max))
    fail(ErrorKind::input, "{}: {} gives numbers on these examples that are not finite", network->name(),
         name.empty() ? "the input" : name);
  if (rule == RangeRule::percentile) return seen.values.percentile(5e-5);
  return rule == RangeRule::least_error ? seen.values.least_error(kernels::activation_qmax()) : range;
}

Calibration::Calibration(const Network& network) : impl_(std::make_shared<Impl>()) {
  for (const auto& parameter : network->parameters())
    if (!parameter.is_cpu() || parameter.scalar_type() != at::kFloat)
      fail(ErrorKind::device, "{}: only a network of float32 on the CPU can be calibrated", network->name());
  const at::NoGradGuard no_grad;
  impl_->network = network;
  impl_->network->eval();
  const auto graph = lower(network);
  detail::ConvLayers layers;
  impl_->program = std::make_shared<const detail::Program>(detail::lower_for_inference(graph, {graph.output}, layers));
  if (quantizable(*impl_->program).empty())
    fail(ErrorKind::usage, "{}: has no layer that could be quantized", network->name());
  impl_->run = std::make_unique<detail::EagerExecutor>(impl_->program, detail::TensorType{});
  impl_->observed.resize(impl_->program->nodes.size());
}

void Calibration::add(const Tensor& inputs) {
  impl_->network->check_input(inputs);
  const at::NoGradGuard no_grad;
  const auto observe = [&](size_t node, const Tensor& result) {
    auto& seen = impl_->observed[node];
    Impl::observe(seen, result);
    if (result.dim() < 2) return;
    const auto mean = result.transpose(0, 1).flatten(1).mean(1).to(at::kDouble);
    seen.mean = seen.mean.defined() ? seen.mean + mean : mean;
  };
  impl_->run->run(inputs, observe,
                  [&](size_t node, const Tensor& product) { Impl::observe(impl_->products[node], product); });
  ++impl_->batches;
}

Quantization Calibration::result(RangeRule rule) const {
  if (impl_->batches == 0) fail(ErrorKind::usage, "{}: calibrated on nothing", impl_->network->name());
  Quantization result{.layers = quantizable(*impl_->program)};
  const auto& nodes = impl_->program->nodes;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto name = detail::result_name(nodes[i]);
    result.ranges[name] = impl_->range_of(impl_->observed[i], name, rule);
  }
  for (const auto& [node, seen] : impl_->products) {
    const auto name = detail::product_name(nodes[node]);
    result.ranges[name] = impl_->range_of(seen, name, rule);
  }
  return result;
}

void Calibration::correct_biases(const std::vector<std::string>& layers) const {
  const at::NoGradGuard no_grad;
  const auto parameters = impl_->network->named_parameters(), buffers = impl_->network->named_buffers();
  for (const auto& node : impl_->program->nodes) {
    if (!node.conv() || std::ranges::find(layers, node.key) == layers.end()) continue;
    const auto& weights = node.conv()->layer->weights();
    const auto& mean = impl_->observed[node.inputs[0]].mean;
    // A norm before the layer was folded into it: these are not the means of its own inputs.
    if (weights.input_scale.defined() || !mean.defined()) continue;
    const auto weight = parameters[node.key + ".weight"];
    const auto error = (QuantizedWeight::of(weight).weight() - weight).to(at::kDouble);
    const auto moved = error.reshape({error.size(0), error.size(1), -1}).sum(2);
    const auto inputs = (mean / impl_->batches).reshape({weights.groups, 1, -1});
    const auto shift = (moved.reshape({weights.groups, -1, moved.size(1)}) * inputs).sum(2).flatten();
    if (auto* bias = parameters.find(node.key + ".bias")) bias->sub_(shift);
    else if (const auto* norm = node.fused.empty() ? nullptr : buffers.find(node.fused.front() + ".running_mean"))
      norm->add_(shift);
  }
}

}  // namespace reszoo

#include "reszoo/fusion/quantize.h"

#include <ATen/ops/aminmax.h>

#include <cmath>

#include "fusion/eager_executor.h"
#include "fusion/program.h"
#include "reszoo/base/error.h"

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
  struct Sum {
    double min = 0, max = 0;
  };
  std::vector<Sum> sums;
};

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
  impl_->sums.resize(impl_->program->nodes.size());
}

void Calibration::add(const Tensor& inputs) {
  impl_->network->check_input(inputs);
  const at::NoGradGuard no_grad;
  impl_->run->run(inputs, [&](size_t node, const Tensor& result) {
    const auto [min, max] = at::aminmax(result);
    impl_->sums[node].min += min.item<double>();
    impl_->sums[node].max += max.item<double>();
  });
  ++impl_->batches;
}

Quantization Calibration::result() const {
  if (impl_->batches == 0) fail(ErrorKind::usage, "{}: calibrated on nothing", impl_->network->name());
  const auto batches = static_cast<double>(impl_->batches);
  Quantization result{.layers = quantizable(*impl_->program)};
  for (size_t i = 0; i < impl_->sums.size(); ++i) {
    const auto name = detail::result_name(impl_->program->nodes[i]);
    const ValueRange range{static_cast<float>(impl_->sums[i].min / batches),
                           static_cast<float>(impl_->sums[i].max / batches)};
    if (!std::isfinite(range.min) || !std::isfinite(range.max))
      fail(ErrorKind::input, "{}: {} gives numbers on these examples that are not finite", impl_->network->name(),
           name.empty() ? "the input" : name);
    result.ranges[name] = range;
  }
  return result;
}

bool has_fast_int8() {
#if defined(__x86_64__)
  static const bool has = __builtin_cpu_supports("avx2");
  return has;
#else
  return false;
#endif
}

bool has_fast_bfloat16() {
#if defined(__x86_64__)
  static const bool has = __builtin_cpu_supports("avx512bf16");
  return has;
#else
  return false;
#endif
}

}  // namespace reszoo

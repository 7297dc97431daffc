#include "reszoo/infer/quantize.h"

#include <ATen/ops/aminmax.h>
#include <torch/nn/modules/conv.h>

#include <cmath>

#include "infer/onednn.h"
#include "infer/tensor_program.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

/// The keys of convolutions that can compute in 8 bits. What reads the network's input stays exact, as do linear
/// layers.
std::vector<std::string> quantizable(const Network& network, const detail::Program& program) {
  const auto modules = network->named_modules();
  std::vector<std::string> keys;
  for (const auto& op : program.ops) {
    if (op.kind != detail::OpKind::conv || op.linear || program.ops[op.inputs[0]].kind == detail::OpKind::input)
      continue;
    const auto* module = modules.find(op.key);
    if (module && (*module)->as<nn::Conv2dImpl>()) keys.push_back(op.key);
  }
  return keys;
}

}  // namespace

struct Calibration::Impl {
  Network network{nullptr};
  std::shared_ptr<const detail::Program> program;
  std::unique_ptr<detail::TensorProgram> run;
  int64_t batches = 0;
  struct Sum {
    double least = 0, most = 0;
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
  impl_->program = std::make_shared<const detail::Program>(detail::fuse_graph(graph, {graph.output}, layers));
  if (quantizable(network, *impl_->program).empty())
    fail(ErrorKind::usage, "{}: has no convolution that could be quantized", network->name());
  impl_->run = std::make_unique<detail::TensorProgram>(impl_->program, detail::TensorType{});
  impl_->sums.resize(impl_->program->ops.size());
}

void Calibration::add(const Tensor& inputs) {
  impl_->network->check_input(inputs);
  const at::NoGradGuard no_grad;
  impl_->run->run(inputs, [&](size_t op, const Tensor& result) {
    const auto [least, most] = at::aminmax(result);
    impl_->sums[op].least += least.item<double>();
    impl_->sums[op].most += most.item<double>();
  });
  ++impl_->batches;
}

Quantization Calibration::result() const {
  if (impl_->batches == 0) fail(ErrorKind::usage, "{}: calibrated on nothing", impl_->network->name());
  const auto batches = static_cast<double>(impl_->batches);
  Quantization result{.layers = quantizable(impl_->network, *impl_->program)};
  for (size_t i = 0; i < impl_->sums.size(); ++i) {
    const auto name = detail::result_name(impl_->program->ops[i]);
    const ValueRange range{static_cast<float>(impl_->sums[i].least / batches),
                           static_cast<float>(impl_->sums[i].most / batches)};
    if (!std::isfinite(range.least) || !std::isfinite(range.most))
      fail(ErrorKind::input, "{}: {} gives numbers on these examples that are not finite", impl_->network->name(),
           name.empty() ? "the input" : name);
    result.ranges[name] = range;
  }
  return result;
}

bool has_fast_int8() {
#if defined(__x86_64__)
  static const bool has = __builtin_cpu_supports("avx2") && detail::has_onednn_int8();
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

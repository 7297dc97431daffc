#include "reszoo/fusion/fused.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>

#include "fusion/eager_executor.h"
#include "fusion/fuse_options.h"
#include "fusion/tensors.h"
#include "reszoo/base/error.h"

namespace reszoo {

struct FusedNetwork::Impl {
  Network network{nullptr};
  Graph graph;
  detail::PlanOptions plan;
  detail::TensorType type;  ///< module_type is the dtype of the network and of its input
  Precision precision = Precision::float32;
  std::mutex mutex;
  detail::ConvLayers layers;

  /// A program, prepared for one set of outputs.
  struct Prepared {
    detail::PlanCache plans;                       ///< runs our own kernels; also used to check and infer shapes
    std::unique_ptr<detail::EagerExecutor> eager;  ///< runs LibTorch's operators; null if our own kernels run

    Prepared(detail::Program program, const detail::PlanOptions& options) : plans(std::move(program), options) {}
  };
  std::map<std::vector<size_t>, std::shared_ptr<Prepared>> programs;

  /// Whether our own kernels run, and not LibTorch's operators.
  bool has_kernels() const { return type.device.is_cpu(); }

  Prepared& program(const std::vector<size_t>& outputs) {
    const std::lock_guard lock(mutex);
    auto& made = programs[outputs];
    if (made) return *made;
    made = std::make_shared<Prepared>(detail::lower_for_inference(graph, outputs, layers, type), plan);
    if (!has_kernels()) made->eager = std::make_unique<detail::EagerExecutor>(made->plans.shared_program(), type);
    return *made;
  }

  void check(const Tensor& x) const {
    network->check_input(x);
    if (x.scalar_type() != type.module_type || x.device() != type.device)
      fail(ErrorKind::input, "{}: the fused network reads {} on {}, got {} on {}", network->name(),
           c10::toString(type.module_type), type.device.str(), c10::toString(x.scalar_type()), x.device().str());
  }

  std::vector<Tensor> run(const Tensor& x, const std::vector<size_t>& outputs) {
    check(x);
    const at::NoGradGuard no_grad;
    auto& prepared = program(outputs);
    if (!prepared.eager) return detail::run_plans(prepared.plans, x);
    prepared.plans.plan(x.sizes().vec(), at::get_num_threads());  // throws for a shape that does not fit
    return prepared.eager->run(x);
  }

  /// Runs the network and calls `done` after each node.
  void run_observed(const Tensor& x, const std::function<void(size_t node)>& done) {
    auto& prepared = program({graph.output});
    if (prepared.eager) prepared.eager->run(x, [&](size_t node, const Tensor&) { done(node); });
    else detail::run_plan(*prepared.plans.plan(x.sizes().vec(), at::get_num_threads()), x, done);
  }

  std::vector<size_t> nodes_of(const std::vector<std::string>& names) const {
    network->check_steps(names);
    std::vector<size_t> nodes;
    for (const auto& name : names)
      nodes.push_back(std::find_if(graph.steps.begin(), graph.steps.end(), [&](const auto& it) {
                        return it.first == name;
                      })->second);
    return nodes;
  }
};

Tensor FusedNetwork::forward(const Tensor& x) const { return impl_->run(x, {impl_->graph.output}).front(); }

Tensor FusedNetwork::features(const Tensor& x) const { return impl_->run(x, {impl_->graph.features}).front(); }

std::vector<Tensor> FusedNetwork::features(const Tensor& x, const std::vector<std::string>& names) const {
  if (names.empty()) return {};
  return impl_->run(x, impl_->nodes_of(names));
}

std::vector<FusedStep> FusedNetwork::steps(const std::vector<int64_t>& shape) const {
  const at::NoGradGuard no_grad;
  auto& [plans, eager] = impl_->program({impl_->graph.output});
  const auto plan = plans.plan(shape, at::get_num_threads());
  std::vector<FusedStep> steps;
  for (size_t i = 0; i < plan->nodes().size(); ++i) {
    const auto& node = plans.program().nodes[i];
    const auto& kernel = plan->nodes()[i].kernel;
    steps.push_back({.key = node.key, .kind = node.op->kind(), .fused = node.fused, .output = kernel.output});
    if (!kernel.algorithm.empty()) steps.back().algorithm = eager ? eager->precision() : kernel.algorithm;
    steps.back().multiply_adds = kernel.multiply_adds;
  }
  return steps;
}

std::map<std::string, std::string> FusedNetwork::algorithms(const std::vector<int64_t>& shape) const {
  std::map<std::string, std::string> algorithms;
  if (!impl_->has_kernels() || impl_->precision != Precision::float32) return algorithms;
  for (const auto& step : steps(shape))
    if (!step.algorithm.empty()) algorithms[step.key] = step.algorithm;
  return algorithms;
}

std::vector<FusedStep> FusedNetwork::profile(const Tensor& x, int64_t rounds) const {
  using Clock = std::chrono::steady_clock;
  impl_->check(x);
  auto described = steps(x.sizes().vec());
  const at::NoGradGuard no_grad;
  std::vector<std::vector<double>> seconds(described.size());
  for (int64_t round = -1; round < rounds; ++round) {
    auto before = Clock::now();
    impl_->run_observed(x, [&](size_t node) {
      const auto now = Clock::now();
      if (round >= 0) seconds[node].push_back(std::chrono::duration<double>(now - before).count());
      before = now;
    });
  }
  for (size_t i = 0; i < described.size(); ++i) {
    auto& of_step = seconds[i];
    std::nth_element(of_step.begin(), of_step.begin() + of_step.size() / 2, of_step.end());
    described[i].seconds = of_step[of_step.size() / 2];
  }
  return described;
}

Precision FusedNetwork::precision() const { return impl_->precision; }

const std::string& FusedNetwork::name() const { return impl_->network->name(); }

const InputSpec& FusedNetwork::input_spec() const { return impl_->network->input_spec(); }

FusedNetwork fuse(const Network& network, const FuseOptions& options) {
  auto type = detail::type_of(network);
  auto impl = std::make_shared<FusedNetwork::Impl>();
  impl->network = options.share_weights ? network : deep_copy(network);
  impl->network->eval();
  impl->graph = lower(impl->network);
  impl->precision = detail::precision_of(network, options, type);
  if (impl->precision == Precision::float16) type.type = at::kHalf;
  if (impl->precision == Precision::bfloat16 && type.device.is_cpu()) impl->plan.dot = kernels::DotType::bfloat16;
  else if (impl->precision == Precision::bfloat16) type.type = at::kBFloat16;
  if (impl->precision == Precision::int8) {
    impl->plan.dot = kernels::DotType::int8;
    impl->plan.quantization = options.quantization;
  }
  impl->type = type;
  impl->plan.winograd = options.winograd;
  impl->plan.autotune = options.autotune && impl->has_kernels();
  for (const auto& [key, algorithm] : options.algorithms)
    impl->plan.algorithms[key] = kernels::ConvAlgorithm::parse(algorithm);
  const at::NoGradGuard no_grad;
  const auto& program = impl->program({impl->graph.output}).plans.program();
  detail::check_layers(*network, program, options);
  return FusedNetwork(std::move(impl));
}

}  // namespace reszoo

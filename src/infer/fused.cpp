#include "reszoo/infer/fused.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>

#include "infer/planned_program.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace detail {
namespace {

std::string kind_text(const FusedOp& op) {
  switch (op.kind) {
    case OpKind::input: return "input";
    case OpKind::conv: return op.linear ? "linear" : "conv";
    case OpKind::max_pool: return "max_pool";
    case OpKind::average: return "average";
    case OpKind::scale_shift: return op.gated ? "scale" : "scale_shift";
    case OpKind::add: return "add";
    case OpKind::flatten:
    case OpKind::plain: return "plain";
  }
  return "";
}

}  // namespace
}  // namespace detail

struct FusedNetwork::Impl {
  Network network{nullptr};
  Graph graph;
  detail::PlanOptions plan;
  std::mutex mutex;
  detail::ConvLayers layers;
  std::map<std::vector<size_t>, std::shared_ptr<detail::PlannedProgram>> programs;

  detail::PlannedProgram& program(const std::vector<size_t>& outputs) {
    const std::lock_guard lock(mutex);
    auto& program = programs[outputs];
    if (!program) program = std::make_shared<detail::PlannedProgram>(detail::fuse_graph(graph, outputs, layers), plan);
    return *program;
  }

  void check(const Tensor& x) const {
    network->check_input(x);
    if (x.scalar_type() != at::kFloat || !x.is_cpu())
      fail(ErrorKind::input, "{}: a fused network reads float32 on the CPU, got {} on {}", network->name(),
           c10::toString(x.scalar_type()), x.device().str());
  }

  std::vector<Tensor> run(const Tensor& x, const std::vector<size_t>& outputs) {
    check(x);
    const at::NoGradGuard no_grad;
    return program(outputs).run(x);
  }

  std::vector<size_t> nodes_of(const std::vector<std::string>& names) const {
    std::vector<size_t> nodes;
    for (const auto& name : names) {
      const auto step =
          std::find_if(graph.steps.begin(), graph.steps.end(), [&](const auto& it) { return it.first == name; });
      if (step == graph.steps.end()) {
        std::vector<std::string> known;
        for (const auto& [path, node] : graph.steps) known.push_back(path);
        fail(ErrorKind::usage, "{}: no step \"{}\"{}; steps are {}", network->name(), name, suggestion(name, known),
             list(known));
      }
      nodes.push_back(step->second);
    }
    return nodes;
  }
};

Tensor FusedNetwork::forward(const Tensor& x) const {
  return impl_->run(x, {impl_->graph.output}).front();
}

Tensor FusedNetwork::features(const Tensor& x) const {
  return impl_->run(x, {impl_->graph.features}).front();
}

std::vector<Tensor> FusedNetwork::features(const Tensor& x, const std::vector<std::string>& names) const {
  if (names.empty()) return {};
  return impl_->run(x, impl_->nodes_of(names));
}

std::vector<FusedStep> FusedNetwork::steps(const std::vector<int64_t>& shape) const {
  const at::NoGradGuard no_grad;
  auto& program = impl_->program({impl_->graph.output});
  const auto plan = program.plan(shape, at::get_num_threads());
  std::vector<FusedStep> steps;
  for (size_t i = 0; i < plan->ops().size(); ++i) {
    const auto& op = program.program().ops[i];
    const auto& planned = plan->ops()[i];
    const bool sums = op.kind == detail::OpKind::conv;
    steps.push_back({.key = op.key,
                     .kind = detail::kind_text(op),
                     .with = op.with,
                     .way = sums ? planned.way.text() : "",
                     .output = planned.output,
                     .multiply_adds = sums ? planned.conv.multiply_adds() : 0});
  }
  return steps;
}

std::map<std::string, std::string> FusedNetwork::ways(const std::vector<int64_t>& shape) const {
  std::map<std::string, std::string> ways;
  for (const auto& step : steps(shape))
    if (!step.way.empty()) ways[step.key] = step.way;
  return ways;
}

std::vector<FusedStep> FusedNetwork::profile(const Tensor& x, int64_t rounds) const {
  using Clock = std::chrono::steady_clock;
  impl_->check(x);
  auto described = steps(x.sizes().vec());
  const at::NoGradGuard no_grad;
  const auto plan = impl_->program({impl_->graph.output}).plan(x.sizes().vec(), at::get_num_threads());
  std::vector<std::vector<double>> seconds(described.size());
  for (int64_t round = -1; round < rounds; ++round) {
    auto before = Clock::now();
    plan->run(x, [&](size_t op) {
      const auto now = Clock::now();
      if (round >= 0) seconds[op].push_back(std::chrono::duration<double>(now - before).count());
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

const std::string& FusedNetwork::name() const {
  return impl_->network->name();
}

const InputSpec& FusedNetwork::input_spec() const {
  return impl_->network->input_spec();
}

FusedNetwork fuse(const Network& network, const FuseOptions& options) {
  for (const auto& item : network->named_parameters())
    if (!item.value().is_cpu() || item.value().scalar_type() != at::kFloat)
      fail(ErrorKind::device, "{}: only a network of float32 on the CPU can be fused, got {} of {} on {}",
           network->name(), item.key(), c10::toString(item.value().scalar_type()), item.value().device().str());
  auto impl = std::make_shared<FusedNetwork::Impl>();
  impl->network = options.share_weights ? network : deep_copy(network);
  impl->network->eval();
  impl->graph = lower(impl->network);
  impl->plan.winograd = options.winograd;
  impl->plan.tune = options.tune;
  for (const auto& [key, way] : options.ways) impl->plan.ways[key] = detail::Way::parse(way);
  const at::NoGradGuard no_grad;
  std::vector<std::string> keys;
  for (const auto& op : impl->program({impl->graph.output}).program().ops)
    if (op.conv) keys.push_back(op.key);
  for (const auto& [key, way] : options.ways)
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      fail(ErrorKind::usage, "{}: no convolution or linear layer \"{}\"{}", network->name(), key,
           suggestion(key, keys));
  return FusedNetwork(std::move(impl));
}

}  // namespace reszoo

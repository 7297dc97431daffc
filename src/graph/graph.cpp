#include "reszoo/graph/graph.h"

#include <torch/nn/modules/linear.h>

#include "reszoo/graph/module_type.h"

namespace reszoo {
namespace {

std::string operation_of(const nn::Module& module) {
  const auto type = module_type_of(module);
  return type ? type->name : "opaque";
}

/// Appends nodes to a graph. Every function takes the index of the node with its input and returns the index of the
/// node with its result.
class Lowering {
 public:
  size_t add(Node node) {
    graph.nodes.push_back(std::move(node));
    return graph.nodes.size() - 1;
  }

  size_t lower_steps(const Steps& steps, const std::string& prefix, size_t x) {
    for (const auto& step : steps) x = lower_module(step.module(), prefix + step.name(), x);
    return x;
  }

  /// Lowers the body and records the results of its steps, and of the steps of Chains in it.
  size_t lower_named_steps(const Steps& steps, const std::string& prefix, size_t x) {
    for (const auto& step : steps) {
      const auto path = prefix + step.name();
      const auto* chain = step.module().ptr()->as<ChainImpl>();
      x = chain ? lower_named_steps(chain->steps(), path + ".", x) : lower_module(step.module(), path, x);
      graph.steps.emplace_back(path, x);
    }
    return x;
  }

  size_t lower_module(const AnyModule& module, const std::string& key, size_t x) {
    const auto pointer = module.ptr();
    if (pointer->as<nn::IdentityImpl>() || pointer->as<IdentityShortcutImpl>()) return x;
    if (const auto* chain = pointer->as<ChainImpl>()) return lower_steps(chain->steps(), key + ".", x);
    if (const auto* block = pointer->as<ResidualBlockImpl>()) return lower_block(block->slots(), key, x);
    return add({operation_of(*pointer), {x}, key, module});
  }

  size_t lower_block(const Slots& slots, const std::string& key, size_t x) {
    const auto prefix = key + ".";
    const size_t entry = lower_steps(slots.entry, prefix, x);
    const size_t branch = lower_steps(slots.branch, prefix, entry);
    const size_t shortcut =
        lower_module(slots.shortcut.module(), prefix + slots.shortcut.name(), slots.shortcut_reads_entry ? entry : x);
    const size_t sum = add({"add", {branch, shortcut}, key, {}});
    return lower_steps(slots.exit, prefix, sum);
  }

  Graph graph;
};

using ModuleVisitor = std::function<void(const nn::Module& module)>;

void visit_steps(const Steps& steps, const ModuleVisitor& visit);

void visit_one(const AnyModule& any, const ModuleVisitor& visit) {
  const auto module = any.ptr();
  visit(*module);
  if (const auto* chain = module->as<ChainImpl>()) return visit_steps(chain->steps(), visit);
  const auto* block = module->as<ResidualBlockImpl>();
  if (!block) return;
  visit_steps(block->slots().entry, visit);
  visit_steps(block->slots().branch, visit);
  visit_one(block->slots().shortcut.module(), visit);
  visit_steps(block->slots().exit, visit);
}

void visit_steps(const Steps& steps, const ModuleVisitor& visit) {
  for (const auto& step : steps) visit_one(step.module(), visit);
}

}  // namespace

void visit_modules(const Network& network, const ModuleVisitor& visit) {
  const auto& parts = network->parts();
  visit_steps(parts.body, visit);
  visit_steps(parts.pool, visit);
  visit_one(parts.head.module(), visit);
}

const Graph& GraphCache::graph_of(const Network& network) {
  std::vector<const nn::Module*> modules;
  modules.reserve(modules_.size());
  visit_modules(network, [&](const nn::Module& module) { modules.push_back(&module); });
  if (!graph_ || modules != modules_) {
    graph_ = std::make_shared<Graph>(lower(network));
    modules_ = std::move(modules);
  }
  return *graph_;
}

Graph lower(const Network& network) {
  Lowering lowering;
  const auto& parts = network->parts();
  size_t x = lowering.add({"input", {}, "", {}});
  x = lowering.lower_named_steps(parts.body, "", x);
  x = lowering.graph.features = lowering.lower_steps(parts.pool, "", x);
  lowering.graph.output = lowering.lower_module(parts.head.module(), parts.head.name(), x);
  return std::move(lowering.graph);
}

Tensor execute(Graph& graph, const Tensor& x, const NodeObserver& observe) {
  std::vector<size_t> readers(graph.nodes.size(), 0);
  for (const auto& node : graph.nodes)
    for (const size_t input : node.inputs) ++readers[input];
  ++readers[graph.output];

  std::vector<Tensor> values(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    auto& node = graph.nodes[i];
    std::vector<Tensor> inputs;
    for (const size_t input : node.inputs) {
      inputs.push_back(values[input]);
      if (--readers[input] == 0) values[input] = Tensor();  // it has no more readers
    }
    if (node.op == "input") values[i] = x;
    else if (node.op == "add") values[i] = inputs[0] + inputs[1];
    else values[i] = node.module.forward(inputs[0]);
    if (observe) observe(node, inputs, values[i]);
  }
  return values[graph.output];
}

}  // namespace reszoo

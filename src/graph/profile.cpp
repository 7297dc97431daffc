#include "reszoo/graph/profile.h"

#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/nn/efficient_channel_attention.h"
#include "reszoo/nn/member_linear.h"
#include "reszoo/nn/n_linear.h"
#include "reszoo/nn/squeeze_excite.h"
#include "reszoo/nn/std_conv2d.h"

namespace reszoo {
namespace {

int64_t multiply_adds(const Node& node, const Tensor& output) {
  if (node.module.is_empty()) return 0;
  const auto module = node.module.ptr();
  if (const auto* conv = module->as<nn::Conv2dImpl>()) return output.numel() * conv->weight[0].numel();
  if (const auto* conv = module->as<StdConv2dImpl>()) return output.numel() * conv->weight[0].numel();
  if (const auto* linear = module->as<nn::LinearImpl>()) return output.numel() * linear->weight.size(1);
  if (const auto* linear = module->as<BatchEnsembleLinearImpl>()) return output.numel() * linear->options.in();
  if (const auto* linear = module->as<SharedLinearImpl>()) return output.numel() * linear->options.in();
  if (const auto* linear = module->as<NLinearImpl>()) return output.numel() * linear->options.in();
  // Their convolutions see one number a channel.
  if (const auto* attention = module->as<SqueezeExciteImpl>())
    return output.size(0) * (attention->fc1->weight.numel() + attention->fc2->weight.numel());
  if (const auto* attention = module->as<EfficientChannelAttentionImpl>())
    return output.size(0) * output.size(1) * attention->conv->weight.numel();
  return 0;
}

std::string stage_of(const std::string& key) { return key.substr(0, key.find('.')); }

/// Measures, with the mode already set to evaluation.
std::vector<StageProfile> measure(const Network& network, const Tensor& x) {
  std::vector<StageProfile> stages;
  auto graph = lower(network);
  execute(graph, x, [&](const Node& node, const std::vector<Tensor>&, const Tensor& output) {
    if (node.key.empty()) return;
    const auto name = stage_of(node.key);
    if (stages.empty() || stages.back().name != name) {
      stages.push_back({.name = name});
      stages.back().parameters = count_parameters(*network->named_children()[name]);
    }
    stages.back().output = output.sizes().vec();
    stages.back().multiply_adds += multiply_adds(node, output);
  });
  return stages;
}

}  // namespace

std::vector<StageProfile> profile(Network network, const std::vector<int64_t>& input) {
  torch::NoGradGuard no_grad;
  std::vector<int64_t> shape{1};
  shape.insert(shape.end(), input.begin(), input.end());
  auto copy = deep_copy(network);  // modes of single modules stay as they are
  copy->eval();
  try {
    return measure(copy, torch::zeros(shape));
  } catch (const c10::Error& error) {
    fail(ErrorKind::input, "{}: cannot take an input of ({}): {}", network->name(), fmt::join(shape, ", "),
         message_of(error));
  }
}

nlohmann::json to_json(const StageProfile& stage) {
  return {{"name", stage.name}, {"output", stage.output}, {"parameters", stage.parameters},
          {"multiply_adds", stage.multiply_adds}};
}

int64_t count_parameters(const nn::Module& module) {
  int64_t count = 0;
  for (const auto& parameter : module.parameters()) count += parameter.numel();
  return count;
}

}  // namespace reszoo

#include "reszoo/graph/profile.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "reszoo/base/error.h"
#include "reszoo/graph/module_type.h"

namespace reszoo {
namespace {

int64_t multiply_adds(const Node& node, const Tensor& output) {
  if (node.module.is_empty()) return 0;
  const auto& module = *node.module.ptr();
  const auto type = module_type_of(module);
  return type && type->multiply_adds ? type->multiply_adds(module, output) : 0;
}

/// Returns the part called `name`, after adding it if it does not exist.
StageProfile& part_of(std::vector<StageProfile>& parts, const std::string& name) {
  for (auto& part : parts)
    if (part.name == name) return part;
  parts.push_back({.name = name});
  return parts.back();
}

/// The word that starts the module's printed form.
std::string kind_of(const nn::Module& module) {
  std::ostringstream text;
  module.pretty_print(text);
  auto word = text.str();
  word = word.substr(0, word.find_first_of("(\n "));
  const auto colons = word.rfind("::");
  return colons == std::string::npos ? word : word.substr(colons + 2);
}

/// Measures a network that is already in evaluation mode.
std::vector<StageProfile> measure(const Network& network, const Tensor& x) {
  std::vector<StageProfile> stages;
  const auto modules = network->named_modules();
  auto graph = lower(network);
  execute(graph, x, [&](const Node& node, const std::vector<Tensor>&, const Tensor& output) {
    auto* parts = &stages;
    for (size_t begin = 0, end = 0; end < node.key.size(); begin = end + 1) {
      end = std::min(node.key.find('.', begin), node.key.size());
      auto& part = part_of(*parts, node.key.substr(begin, end - begin));
      if (part.kind.empty()) {
        const auto& module = *modules[node.key.substr(0, end)];
        part.kind = kind_of(module);
        part.parameters = count_parameters(module);
      }
      part.output = output.sizes().vec();
      part.multiply_adds += multiply_adds(node, output);
      parts = &part.parts;
    }
  });
  return stages;
}

/// The cells of one line of the table.
struct Line {
  std::string name, output, parameters, multiply_adds;
};

void add_lines(std::vector<Line>& lines, const std::vector<StageProfile>& stages, const std::string& indent,
               int64_t depth) {
  for (size_t i = 0; i < stages.size(); ++i) {
    const auto& stage = stages[i];
    const bool last = i + 1 == stages.size();
    const auto shape = std::vector<int64_t>(stage.output.begin() + 1, stage.output.end());
    lines.push_back({fmt::format("{}{} {}  {}", indent, last ? "`-" : "|-", stage.name, stage.kind),
                     fmt::format("{}", fmt::join(shape, " x ")), std::to_string(stage.parameters),
                     std::to_string(stage.multiply_adds)});
    if (depth > 1) add_lines(lines, stage.parts, indent + (last ? "   " : "|  "), depth - 1);
  }
}

}  // namespace

std::vector<StageProfile> profile(Network network, const std::vector<int64_t>& input) {
  torch::NoGradGuard no_grad;
  std::vector<int64_t> shape{1};
  shape.insert(shape.end(), input.begin(), input.end());
  auto copy = deep_copy(network);  // a copy, because single modules may have modes of their own
  copy->eval();
  try {
    return measure(copy, torch::zeros(shape));
  } catch (const c10::Error& error) {
    fail(ErrorKind::input, "{}: cannot take an input of ({}): {}", network->name(), fmt::join(shape, ", "),
         message_of(error));
  }
}

nlohmann::json to_json(const StageProfile& stage) {
  return {{"name", stage.name},
          {"output", stage.output},
          {"parameters", stage.parameters},
          {"multiply_adds", stage.multiply_adds}};
}

std::string tree_text(const std::vector<StageProfile>& stages, int64_t depth) {
  std::vector<Line> lines{{"", "output", "parameters", "multiply-adds"}};
  add_lines(lines, stages, "", depth);
  size_t name = 0, output = 0;
  for (const auto& line : lines) {
    name = std::max(name, line.name.size());
    output = std::max(output, line.output.size());
  }
  std::string text;
  for (const auto& line : lines)
    text += fmt::format("{:<{}}  {:<{}}  {:>12}  {:>14}\n", line.name, name, line.output, output, line.parameters,
                        line.multiply_adds);
  return text;
}

int64_t count_parameters(const nn::Module& module) {
  int64_t count = 0;
  for (const auto& parameter : module.parameters()) count += parameter.numel();
  return count;
}

}  // namespace reszoo

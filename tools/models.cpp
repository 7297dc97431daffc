// reszoo-models: lists networks and describes one.
#include <iostream>

#include "cli/app.h"
#include "cli/model_options.h"
#include "reszoo/graph/profile.h"
#include "reszoo/hub/pretrained_config.h"
#include "reszoo/weights/state_dict.h"
#include "reszoo/zoo/registry.h"

using namespace reszoo;
using nlohmann::ordered_json;

namespace {

ordered_json weights_of(const std::string& name) {
  auto all = ordered_json::array();
  for (const auto& weights : pretrained_configs(name)) all.push_back(to_json(weights));
  return all;
}

/// A registered network with the cost of its parts.
struct Described {
  ordered_json json;
  std::string tree;  ///< text for the terminal
};

Described describe(const std::string& name, const std::vector<std::string>& settings, int64_t depth) {
  const auto& info = registry().find(name);
  const auto options = options_from_json(info.domain, cli::parse_settings(settings));
  const auto network = create_model(name, options);
  auto input = info.input;
  input[0] = network->input_spec().channels;
  ordered_json stages = ordered_json::array();
  int64_t multiply_adds = 0;
  const auto profiled = profile(network, input);
  for (const auto& stage : profiled) {
    stages.emplace_back(to_json(stage));
    multiply_adds += stage.multiply_adds;
  }
  Described described;
  described.tree = fmt::format("{}: {} network, {} parameters, {} multiply-adds for an input of ({})\n{}", info.name,
                               text_of(info.domain), count_parameters(*network), multiply_adds, fmt::join(input, ", "),
                               tree_text(profiled, depth));
  if (!info.paper.empty()) described.tree += fmt::format("paper: {}\n", info.paper);
  described.tree += fmt::format("options: {}\n", fmt::join(info.accepted_options, ", "));
  described.json = {{"name", info.name},
                    {"domain", text_of(info.domain)},
                    {"parameters", count_parameters(*network)},
                    {"keys", state_of(*network).size()},
                    {"multiply_adds", multiply_adds},
                    {"input", input},
                    {"paper", info.paper},
                    {"reference", info.reference},
                    {"parts", info.parts},
                    {"accepted_options", info.accepted_options},
                    {"options", to_json(options)},
                    {"head", network->head_path()},
                    {"stages", stages},
                    {"weights", weights_of(name)}};
  return described;
}

/// Published weights of the networks that match the pattern.
ordered_json list_pretrained(const std::string& pattern, bool quiet) {
  auto all = ordered_json::array();
  for (const auto& name : registry().names(pattern))
    for (const auto& weights : pretrained_configs(name)) {
      ordered_json row{{"model", name}};
      row.update(to_json(weights));
      all.push_back(row);
      if (quiet) continue;
      const auto accuracy = weights.top1 ? fmt::format("{:.2f}", *weights.top1) : "-";
      std::cout << fmt::format("{:<48} {:>5} {:>6}  {:<13} {}\n", name + "." + weights.tag,
                               weights.preprocess.crop.value_or(0), accuracy,
                               weights.license.empty() ? "-" : weights.license, source_of(weights));
    }
  return {{"weights", all}};
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  std::string pattern = "*", described;
  bool pretrained = false;
  int64_t depth = 2;
  std::vector<std::string> settings;
  return cli::run_tool(
      argc, argv, common,
      {
          .name = "models",
          .description = "Lists the networks or describes one",
          .define =
              [&](CLI::App& app) {
                app.add_option("PATTERN", pattern, "Names to list; * and ? are wildcards");
                app.add_option("--describe", described,
                               "Print this network as a tree: shapes, parameters, multiply-adds; --json has more");
                app.add_option("--depth", depth, "Depth of the tree (2: stages and blocks)")->check(CLI::Range(1, 100));
                app.add_flag("--pretrained", pretrained,
                             "List published weights: name, image size, top-1 accuracy, licence, where they come from");
                cli::add_model_options(app, settings);
              },
          .run = [&]() -> ordered_json {
            if (!described.empty()) {
              const auto description = describe(described, settings, depth);
              if (!common.json) std::cout << description.tree;
              return description.json;
            }
            if (pretrained) return list_pretrained(pattern, common.json);
            const auto names = registry().names(pattern);
            if (!common.json)
              for (const auto& name : names) std::cout << name << "\n";
            return {{"models", names}};
          },
      });
}

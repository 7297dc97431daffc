// What the train tool starts from: a file of weights, or published weights.
#include <iostream>
#include <utility>

#include "cli/app.h"
#include "cli/download_line.h"
#include "reszoo/hub/hf_hub.h"
#include "reszoo/hub/pretrained.h"
#include "reszoo/recipes/start_model.h"
#include "reszoo/zoo/load_network.h"
#include "train_options.h"

namespace reszoo::tool {
namespace {

/// What is known of the published weights that training starts from.
PretrainedConfig published(const TrainOptions& a) {
  return resolve_pretrained(a.pretrained, cli::fetch_with_progress(!a.no_verify));
}

/// Weights of a repository of the Hub are published weights if its config names the network and the command line does
/// not; otherwise they are a file.
void take_hub_weights(TrainOptions& a) {
  auto& named = is_hub_name(a.init) ? a.init : a.pretrained;
  if (!is_hub_name(named)) return;
  a.adapt = a.adapt || !a.pretrained.empty();
  const auto how = cli::fetch_with_progress(!a.no_verify);
  const auto name = std::exchange(named, "");
  if (a.recipe.network.empty() && find_hub_config(parse_hub_name(name), how)) a.pretrained = name;
  else a.init = fetch_hub_weights(parse_hub_name(name), how).string();
}

}  // namespace

void take_start_model(TrainOptions& a) {
  take_hub_weights(a);
  if (!a.pretrained.empty()) {
    const auto weights = published(a);
    a.recipe.network = weights.model;
    a.recipe.network_options = to_json(ModelOptions(weights.options));
    a.recipe.network_options->erase("channels");  // follows from the data
  }
  auto start = a.init.empty() ? std::nullopt : read_start_model(a.init);
  if (!start && !a.init.empty() && a.recipe.network.empty())
    start = identify_start_model(a.init, {.verify = false, .prefer_ema = a.ema, .key = a.key});
  if (!start || (!a.recipe.network.empty() && a.recipe.network != start->network)) return;
  a.recipe.network = start->network;
  a.recipe.network_options = start->options;
}

std::optional<ImagePreprocess> start_preprocess(const TrainOptions& a) {
  if (!a.pretrained.empty()) return published(a).preprocess;
  const auto start = a.init.empty() ? std::nullopt : read_start_model(a.init);
  return start ? start->image : std::nullopt;
}

std::function<void(Network&)> start_weights(const TrainOptions& a) {
  std::filesystem::path weights = a.init;
  if (!a.pretrained.empty()) weights = fetch_weights(published(a), cli::fetch_with_progress(!a.no_verify));
  if (weights.empty()) return {};
  const LoadOptions options{.adapt = a.adapt || !a.pretrained.empty(),
                            .verify = !a.no_verify,
                            .prefer_ema = a.ema,
                            .key = a.key,
                            .on_note = cli::print_note};
  return [weights, options](Network& network) {
    std::cerr << weights.string() << ": " << load_weights(*network, weights, options).line() << "\n";
  };
}

}  // namespace reszoo::tool

#include "train_options.h"

#include <iostream>
#include <utility>

#include "cli/download_line.h"
#include "cli/signals.h"
#include "reszoo/base/error.h"
#include "reszoo/hub/hf_hub.h"
#include "reszoo/hub/pretrained.h"
#include "reszoo/recipes/start_model.h"
#include "reszoo/recipes/task_metrics.h"
#include "reszoo/zoo/load_network.h"

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

/// The preprocessing of the model that training starts from, if it is known.
std::optional<ImagePreprocess> known_preprocess(const TrainOptions& a) {
  if (!a.pretrained.empty()) return published(a).preprocess;
  const auto start = a.init.empty() ? std::nullopt : read_start_model(a.init);
  return start ? start->image : std::nullopt;
}

PreparedTraining prepare_images(TrainOptions& a, const TableDataOptions& data, const cli::Common& common,
                                c10::Device device) {
  for (const auto& [given, option] :
       {std::pair(data.weight, "--sample-weight"), std::pair(data.split.group, "--groups"),
        std::pair(data.split.time, "--time"), std::pair(data.split.stratify, "--stratify")})
    if (!given.empty()) fail(ErrorKind::usage, "{}: is for tables, {} has images", option, a.data.data);
  if (a.data.paths.size() > 1) fail(ErrorKind::usage, "--data: images are in one folder, got {}", a.data.data);
  auto how = cli::image_data_options(a.images, data);
  const auto parts = read_image_splits(a.data.data, how.read);
  if (a.recipe.recipe.empty())
    a.recipe.recipe = default_image_recipe(parts.train, !a.init.empty() || !a.pretrained.empty());
  auto recipe = make_recipe(a, common, device, parts.train.rows());
  cli::apply(a.images, recipe);
  how.preprocess = known_preprocess(a);
  return {make_image_data(parts, recipe.image, how, a.data.data), recipe};
}

/// A function that loads the initial weights into a network; empty if there are none.
std::function<void(Network&)> start_weights(const TrainOptions& a) {
  std::filesystem::path weights = a.init;
  if (!a.pretrained.empty()) weights = fetch_weights(published(a), cli::fetch_with_progress(!a.no_verify));
  if (weights.empty()) return {};
  const LoadOptions options{
      .adapt = a.adapt || !a.pretrained.empty(), .verify = !a.no_verify, .prefer_ema = a.ema, .key = a.key};
  return [weights, options](Network& network) {
    std::cerr << weights.string() << ": " << load_weights(*network, weights, options).line() << "\n";
  };
}

}  // namespace

PreparedTraining prepare_training(TrainOptions& a, const cli::Common& common, c10::Device device, Domain domain) {
  if (domain == Domain::tabular && a.data.validation.empty()) a.data.validation = "0.1";
  auto options = cli::table_data_options(a.data, common.seed);
  if (!a.class_weight.empty()) options.balance = ClassBalance::weights;
  if (a.balanced_sampling) options.balance = ClassBalance::draws;
  if (domain == Domain::image) return prepare_images(a, options, common, device);
  auto data = read_table_data(a.data.paths, options);
  auto recipe = make_recipe(a, common, device, data.train.rows());
  return {std::move(data), std::move(recipe), options};
}

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

std::string headline(const TrainingData& data, const TrainingRecipe& recipe) {
  const auto rows = [](const std::optional<Dataset>& part) { return part ? part->rows() : 0; };
  return fmt::format("{}: {} {}, {} rows to train on, {} to validate, {} to test", recipe.network,
                     text_of(data.model.target->task()), data.model.target->name(), data.train.rows(),
                     rows(data.validation), rows(data.test));
}

std::string text_of(const Trial& trial) {
  return fmt::format("trial {:3}, {:3} epochs: {:.6g}  {}", trial.number, trial.epochs, trial.value,
                     trial.number == 0 ? "the recipe itself" : trial.changes.dump());
}

FitOptions fit_options(const TrainOptions& a, const TrainingData& data, Domain domain, cli::ProgressLine& line) {
  const auto& target = *data.model.target;
  FitOptions options{.on_network_built = start_weights(a), .networks = a.networks, .keep = a.keep};
  options.evaluation = evaluation_of(target, a.metric.empty() ? default_monitor(target, domain) : a.metric);
  options.on_note = [&](const std::string& text) { line.say(text); };
  options.hooks.on_step = [&](const Progress& progress) { line.step(progress); };
  options.hooks.on_epoch = [&](const Progress& progress) { line.epoch(progress); };
  options.hooks.on_warning = options.on_note;
  options.hooks.stop_requested = [] { return cli::signal_received() != 0; };
  return options;
}

}  // namespace reszoo::tool

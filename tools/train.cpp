// reszoo-train: from a table or a folder of pictures to a model file.
#include <iostream>

#include "cli/app.h"
#include "cli/dataset.h"
#include "cli/download_line.h"
#include "cli/measure.h"
#include "cli/model_options.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "reszoo/base/error.h"
#include "reszoo/base/safe_file.h"
#include "reszoo/train/loss.h"
#include "reszoo/train/report.h"
#include "reszoo/weights/load.h"

using namespace reszoo;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

struct Arguments {
  std::string model = "tabular_resnet";
  cli::DataOptions data;
  std::string init, pretrained, out;
  bool adapt = false, ema = false, no_verify = false, resume = false, overwrite = false, dry_run = false;
  std::vector<std::string> settings;
  // Left out, they follow from the network's domain.
  std::optional<int64_t> epochs, batch_size;
  std::optional<double> lr, weight_decay, momentum;
  std::optional<std::string> optimizer, schedule;
  double clip_norm = 0;
  int64_t patience = 0;
};

void define(CLI::App& app, Arguments& a) {
  auto* model = app.add_option("--model", a.model, "Name of a network, see reszoo-models")->capture_default_str();
  app.add_option("--data", a.data.data, "A table, or a folder of IDX files")->required();
  app.add_option("--target", a.data.target, "The table's column to predict");
  app.add_option("--val", a.data.validation, "Validation rows: a path, or a fraction of the data (default 0.1; 0 for none)");
  app.add_option("--test", a.data.test, "Test rows: a path, or a fraction of the data");
  app.add_option("--task", a.data.task, "regression, binary or multiclass; found from the target when left out");
  app.add_option("--scaling", a.data.scaling, "Of numbers: quantile, standard or none")->capture_default_str();
  app.add_option("--numeric", a.data.numeric, "Columns to read as numbers")->delimiter(',');
  app.add_option("--categorical", a.data.categorical, "Columns to read as categories")->delimiter(',');
  app.add_option("--ignore", a.data.ignore, "Columns to leave out")->delimiter(',');
  cli::add_model_options(app, a.settings);
  auto* init = app.add_option("--init", a.init, "Weights to begin with");
  app.add_option("--pretrained", a.pretrained, "A network and published weights to begin with, resnet50 or resnet50.TAG")
      ->excludes(model)->excludes(init);
  app.add_flag("--no-verify", a.no_verify, "Do not compare the weights to begin with with their digest");
  app.add_flag("--adapt", a.adapt, "Let --init have another number of outputs or channels");
  app.add_flag("--ema", a.ema, "Of an --init that has averaged weights too, take these");
  app.add_option("--out", a.out, "Folder for the model, the log and the report; left out, nothing is written");
  app.add_flag("--resume", a.resume, "Go on from the checkpoint in --out")->configurable(false);
  app.add_flag("--overwrite", a.overwrite, "Allow an --out that holds a model")->configurable(false);
  app.add_flag("--dry-run", a.dry_run, "Build all, run one batch, write nothing")->configurable(false);
  app.add_option("--epochs", a.epochs, "Passes over the data (20; images 15)")->check(CLI::PositiveNumber);
  app.add_option("--batch-size", a.batch_size, "Rows a step (256; images 128)")->check(CLI::Range(2, 1 << 24));
  app.add_option("--optimizer", a.optimizer, "adamw or sgd (adamw; images sgd)");
  app.add_option("--lr", a.lr, "Learning rate (0.001; images 0.1)")->check(CLI::PositiveNumber);
  app.add_option("--weight-decay", a.weight_decay, "(1e-5; images 5e-4)")->check(CLI::NonNegativeNumber);
  app.add_option("--momentum", a.momentum, "Of sgd (0.9)")->check(CLI::Range(0.0, 1.0));
  app.add_option("--schedule", a.schedule, "constant, cosine, step, with :fraction (constant; images cosine:0.05)");
  app.add_option("--clip-norm", a.clip_norm, "Largest norm of the gradients; 0 does not clip")->check(CLI::NonNegativeNumber);
  app.add_option("--patience", a.patience, "Stop after so many epochs without a better metric; 0 never")
      ->check(CLI::NonNegativeNumber);
}

TrainerOptions trainer_options(const Arguments& a, const cli::Common& common, Domain domain) {
  const bool images = domain == Domain::image;
  TrainerOptions o;
  o.epochs = a.epochs.value_or(images ? 15 : 20);
  o.batch_size = a.batch_size.value_or(images ? 128 : 256);
  o.optimizer.kind = parse_optimizer(a.optimizer.value_or(images ? "sgd" : "adamw"));
  const bool sgd = o.optimizer.kind == OptimizerKind::sgd;
  o.optimizer.lr = a.lr.value_or(sgd ? 0.1 : 1e-3);
  o.optimizer.weight_decay = a.weight_decay.value_or(images ? 5e-4 : 1e-5);
  o.optimizer.momentum = a.momentum.value_or(0.9);
  o.optimizer.nesterov = sgd && o.optimizer.momentum > 0;
  o.schedule = Schedule::parse(a.schedule.value_or(images ? "cosine:0.05" : "constant"));
  o.clip_norm = a.clip_norm;
  o.patience = a.patience;
  o.seed = common.seed;
  o.channels_last = images;
  o.resume = a.resume;
  if (!a.dry_run) o.out = a.out;
  o.settings = {{"model", a.model}, {"data", a.data.data}, {"target", a.data.target}, {"val", a.data.validation},
                {"test", a.data.test}, {"task", a.data.task}, {"scaling", a.data.scaling}, {"init", a.init + a.pretrained},
                {"options", fmt::format("{}", fmt::join(a.settings, " "))}};
  return o;
}

/// Refuses a folder that would lose a model, and makes a new one. With
/// --overwrite the old files stay until new ones take their place.
void prepare_out(const Arguments& a) {
  if (a.out.empty() || a.dry_run) {
    if (a.resume) fail(ErrorKind::usage, "--resume: needs --out, the folder with the checkpoint");
    return;
  }
  const fs::path out = a.out;
  if (a.resume && !fs::exists(out / "checkpoint.safetensors"))
    fail(ErrorKind::file, "{}: no checkpoint to resume from", (out / "checkpoint.safetensors").string());
  const bool used = fs::exists(out / "model.safetensors") || fs::exists(out / "checkpoint.safetensors");
  if (used && !a.resume && !a.overwrite)
    fail(ErrorKind::usage, "{}: holds a model already; --resume goes on with it, --overwrite begins anew", a.out);
  std::error_code error;
  fs::create_directories(out, error);
  if (error) fail(ErrorKind::file, "{}: cannot make the folder ({})", a.out, error.message());
}

fs::path fetch_pretrained(const Arguments& a) {
  auto options = cli::fetch_with_progress();
  options.verify = !a.no_verify;
  return fetch_weights(find_published(a.pretrained), options);
}

/// Puts the network into the dataset's model: the options of the command line,
/// with what the data says of inputs and outputs.
void build_network(Model& model, const Arguments& a, const ModelOptions& shape) {
  const auto& info = registry().find(a.model);
  auto options = to_json(cli::parse_model_options(info, a.settings));
  const auto needed = to_json(shape);
  for (const auto& [name, value] : needed.items())
    if (!options.contains(name)) options[name] = value;
  model.name = a.model;
  model.options = options_from_json(info.domain, options);
  model.network = create_model(a.model, model.options);
  const auto weights = a.pretrained.empty() ? fs::path(a.init) : fetch_pretrained(a);
  if (weights.empty()) return;
  const auto report =
      load_weights(*model.network, weights, {.adapt = a.adapt || !a.pretrained.empty(), .verify = !a.no_verify, .prefer_ema = a.ema});
  std::cerr << weights.string() << ": " << report.line() << "\n";
}

ordered_json dry_run(Trainer& trainer, const cli::Dataset& dataset, const TrainerOptions& options) {
  const auto batch = dataset.train->to(options.device).in_order(options.batch_size)[0];
  const auto loss = trainer.train_step(batch, options.optimizer.lr);
  return {{"dry_run", true}, {"model", dataset.model.name}, {"rows", dataset.train->rows()}, {"loss", loss}};
}

/// What the Trainer tells, and whom.
TrainerHooks hooks_of(cli::ProgressLine& progress, const Model& model, const fs::path& out) {
  TrainerHooks hooks;
  hooks.on_step = [&](const Progress& p) { progress.step(p); };
  hooks.on_epoch = [&](const Progress& p) { progress.epoch(p); };
  hooks.on_warning = [&](const std::string& line) { progress.say(line); };
  hooks.stop_requested = [] { return cli::signal_received() != 0; };
  if (!out.empty())
    hooks.on_best = [&model, out](const State& best, const Progress&) { model.save(out / "model.safetensors", best); };
  return hooks;
}

std::string headline(const cli::Dataset& dataset) {
  const auto& target = *dataset.model.target;
  return fmt::format("{}: {} {}, {} rows to train on, {} to validate, {} to test", dataset.model.name,
                     text_of(target.task()), target.name(), dataset.train->rows(),
                     dataset.validation ? dataset.validation->rows() : 0, dataset.test ? dataset.test->rows() : 0);
}

ordered_json summary_of(const Arguments& a, const cli::Dataset& dataset, const TrainResult& result, const Metrics& test) {
  return {{"model", a.model},
          {"metric", dataset.model.target->is_number() ? "rmse" : "accuracy"},
          {"val", dataset.validation ? cli::to_json(result.best_metrics) : ordered_json()},
          {"test", dataset.test ? cli::to_json(test) : ordered_json()},
          {"epochs", result.history.size()},
          {"seconds", std::round(result.seconds * 100) / 100},
          {"out", a.out}};
}

ReportData report_of(const std::string& command, const TrainResult& result, const TrainerOptions& options, const Metrics& test) {
  ReportData report{.title = options.settings.at("model"), .command = command, .history = result.history};
  for (const auto& [name, value] : options.settings.items())
    if (value != "") report.settings.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
  if (!result.best_metrics.empty()) report.results.emplace_back("validation", result.best_metrics);
  if (!test.empty()) report.results.emplace_back("test", test);
  return report;
}

/// Data and network, ready to train.
cli::Dataset prepare(Arguments& a, uint64_t seed) {
  if (a.data.validation.empty()) a.data.validation = "0.1";
  a.data.seed = seed;
  torch::manual_seed(seed);
  auto dataset = cli::read_dataset(a.data, registry().find(a.model).domain);
  for (const auto& note : dataset.notes) std::cerr << note << "\n";
  build_network(dataset.model, a, dataset.shape);
  return dataset;
}

ordered_json run(Arguments& a, const cli::Common& common, const std::string& command, const std::string& config) {
  const auto device = common.use();
  if (!a.pretrained.empty()) a.model = find_published(a.pretrained).model;
  const auto domain = registry().find(a.model).domain;
  prepare_out(a);
  auto dataset = prepare(a, common.seed);
  auto& model = dataset.model;
  auto options = trainer_options(a, common, domain);
  options.device = device;
  const auto out = options.out;
  cli::ProgressLine progress(domain == Domain::image ? "images" : "rows");
  progress.say(headline(dataset));
  Trainer trainer(model.network, loss_of(*model.target), cli::evaluation_of(*model.target), options,
                  hooks_of(progress, model, out));
  if (a.dry_run) return dry_run(trainer, dataset, options);
  if (!out.empty()) write_file(out / "config.toml", config);

  cli::watch_signals();
  const auto result = trainer.fit(*dataset.train, dataset.validation);
  if (result.outcome == Outcome::stopped) {
    progress.say(out.empty() ? "stopped" : fmt::format("stopped; --resume --out {} goes on", a.out));
    throw cli::Exit{128 + cli::signal_received()};
  }
  const auto test = dataset.test ? trainer.evaluate(*dataset.test) : Metrics{};
  if (!out.empty()) write_report(out / "report.html", report_of(command, result, options, test));
  const auto summary = summary_of(a, dataset, result, test);
  if (!common.json) std::cout << summary.dump(2) << "\n";
  return summary;
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  Arguments arguments;
  CLI::App* parsed = nullptr;
  const std::vector<std::string> words(argv, argv + argc);
  return cli::run_tool(argc, argv, common, {
      .name = "train",
      .description = "Trains a network on a table or on pictures",
      .define = [&](CLI::App& app) { define(app, arguments); parsed = &app; },
      .run = [&] { return run(arguments, common, fmt::format("{}", fmt::join(words, " ")), parsed->config_to_str(false, false)); },
  });
}

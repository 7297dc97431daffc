// reszoo-train: from a table or a folder of images to a model file.
#include <iostream>

#include "cli/app.h"
#include "cli/dataset.h"
#include "cli/download_line.h"
#include "cli/folds.h"
#include "cli/image_arguments.h"
#include "cli/measure.h"
#include "cli/outcome.h"
#include "cli/plan_options.h"
#include "cli/report_data.h"
#include "cli/run_folder.h"
#include "cli/signals.h"
#include "cli/training.h"
#include "reszoo/base/error.h"
#include "reszoo/base/safe_file.h"
#include "reszoo/data/source.h"
#include "reszoo/weights/load.h"
#include "reszoo/weights/model_file.h"

using namespace reszoo;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

struct Arguments {
  cli::PlanOptions plan;
  cli::DataOptions data;
  cli::ImageArguments images;
  std::string init, pretrained, out, metric, threshold;
  bool adapt = false, ema = false, no_verify = false, resume = false, overwrite = false, dry_run = false;
  bool class_weights = false, class_draws = false;
  int64_t networks = 1, trials = 0, folds = 0, keep = 0;
};

void define(CLI::App& app, Arguments& a) {
  cli::add_data_options(app, a.data);
  cli::add_plan_options(app, a.plan);
  cli::add_image_arguments(app, a.images);
  app.add_option("--metric", a.metric,
                 "Which of the printed metrics decides (rmse; of classes log_loss, of images accuracy)");
  app.add_option("--threshold", a.threshold,
                 "Choose the probability that decides by the validation rows' f1, balanced_accuracy or accuracy (0.5)");
  app.add_flag("--balanced", a.class_weights, "Let every class weigh the same");
  app.add_flag("--balanced-draws", a.class_draws, "Draw every class as often as the others")->excludes("--balanced");
  app.add_option("--ensemble", a.networks, "Train so many networks from as many seeds and average them")
      ->check(CLI::Range(1, 1024));
  app.add_option("--folds", a.folds, "Cross-validate with so many folds first")->check(CLI::Range(2, 1000));
  app.add_option("--tune", a.trials, "Search among so many trials for better options first")
      ->check(CLI::Range(1, 100000));
  auto* init = app.add_option("--init", a.init, "Weights to begin with");
  app.add_option("--pretrained", a.pretrained,
                 "A network and published weights to begin with, resnet50 or resnet50.TAG")
      ->excludes(app.get_option("--model"))
      ->excludes(init);
  app.add_flag("--no-verify", a.no_verify, "Do not compare the weights to begin with with their digest");
  app.add_flag("--adapt", a.adapt, "Let --init have another number of outputs or channels");
  app.add_flag("--ema", a.ema, "Of an --init that has averaged weights too, take these");
  app.add_option("--out", a.out, "Folder for the model, the log and the report; left out, nothing is written");
  app.add_option("--keep", a.keep,
                 "Also keep the models of so many best epochs, of the last ones without validation (0)")
      ->check(CLI::Range(0, 100000));
  app.add_flag("--resume", a.resume, "Go on from the checkpoint in --out")->configurable(false);
  app.add_flag("--overwrite", a.overwrite, "Allow an --out that holds a model")->configurable(false);
  app.add_flag("--dry-run", a.dry_run, "Build all, run one batch, write nothing")->configurable(false);
}

Plan make_plan(const Arguments& a, const cli::Common& common, c10::Device device, int64_t rows) {
  auto plan = cli::plan_of(a.plan, rows);
  auto& trainer = plan.trainer;
  trainer.seed = common.seed;
  trainer.device = device;
  trainer.resume = a.resume;
  if (!a.dry_run) trainer.out = a.out;
  trainer.settings = {
      {"data", a.data.data},
      {"target", fmt::format("{}", fmt::join(a.data.target, ","))},
      {"val", a.data.validation},
      {"test", a.data.test},
      {"task", a.data.task},
      {"scaling", a.data.scaling},
      {"weight", a.data.weight},
      {"split", fmt::format("{}", fmt::join(std::vector{a.data.stratify, a.data.group, a.data.time}, ","))},
      {"init", a.init + a.pretrained},
      {"metric", a.metric},
      {"balanced", a.class_weights}};
  if (a.class_draws) trainer.settings["balanced_draws"] = true;
  return plan;
}

fs::path fetch_pretrained(const Arguments& a) {
  auto options = cli::fetch_with_progress();
  options.verify = !a.no_verify;
  return fetch_weights(find_published(a.pretrained), options);
}

/// Loads the weights that the command line begins with, if any.
std::function<void(Network&)> beginning(const Arguments& a) {
  const auto weights = a.pretrained.empty() ? fs::path(a.init) : fetch_pretrained(a);
  if (weights.empty()) return {};
  const LoadOptions options{.adapt = a.adapt || !a.pretrained.empty(), .verify = !a.no_verify, .prefer_ema = a.ema};
  return [weights, options](Network& network) {
    std::cerr << weights.string() << ": " << load_weights(*network, weights, options).line() << "\n";
  };
}

ordered_json dry_run(const cli::Training& training, const Plan& plan) {
  const auto& dataset = training.dataset;
  auto model = dataset.model;
  build_network(model, plan, *dataset.train);
  if (training.begin) training.begin(model.network);
  auto options = plan.trainer;
  begin_fine_tuning(model.network, plan.fine_tuning, options.optimizer.rules);
  Trainer trainer(model.network, loss_of(*model.target, plan.loss), training.evaluation, options);
  const auto batch = dataset.train->to(plan.trainer.device).in_order(plan.trainer.batch_size)[0];
  const auto loss = trainer.train_step(batch, plan.trainer.optimizer.lr);
  return {{"dry_run", true}, {"model", plan.network}, {"rows", dataset.train->rows()}, {"loss", loss}};
}

std::string headline(const cli::Dataset& dataset, const Plan& plan) {
  const auto& target = *dataset.model.target;
  return fmt::format("{}: {} {}, {} rows to train on, {} to validate, {} to test", plan.network,
                     text_of(target.task()), target.name(), dataset.train->rows(),
                     dataset.validation ? dataset.validation->rows() : 0, dataset.test ? dataset.test->rows() : 0);
}

/// Rows that the trained model is measured on; nothing without rows.
Metrics measure_on(Model& model, const std::optional<Batches>& rows) {
  if (!rows) return {};
  return cli::measure(*model.target, cli::outputs_of(model, *rows));
}

ordered_json summary_of(const Arguments& a, const Plan& plan, const cli::Training& training,
                        const cli::Trained& trained, const Metrics& validation, const Metrics& test) {
  size_t epochs = 0;
  double seconds = 0;
  for (const auto& run : trained.runs) {
    epochs += run.history.size();
    seconds += run.seconds;
  }
  const auto figures = [](const Metrics& metrics) { return metrics.empty() ? ordered_json() : cli::to_json(metrics); };
  return {{"model", plan.network},
          {"metric", training.evaluation.decides},
          {"val", figures(validation)},
          {"test", figures(test)},
          {"epochs", epochs},
          {"seconds", std::round(seconds * 100) / 100},
          {"out", a.out}};
}

ReportData report_of(const std::string& command, const cli::Trained& trained, const Plan& plan,
                     const Metrics& validation, const Metrics& test) {
  ReportData report{.title = plan.network, .command = command, .history = trained.runs.front().history};
  auto settings = plan.trainer.settings;
  settings.update(settings_of(plan));
  for (const auto& [name, value] : settings.items())
    if (value != "") report.settings.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
  if (!validation.empty()) report.results.emplace_back("validation", validation);
  if (!test.empty()) report.results.emplace_back("test", test);
  return report;
}

/// The data ready to train on, and how it is trained on.
struct Prepared {
  cli::Dataset dataset;
  Plan plan;
};

/// The preprocessing of the model that training begins with, if it is known.
std::optional<ImagePreprocess> known_preprocess(const Arguments& a) {
  if (!a.pretrained.empty()) return find_published(a.pretrained).preprocess;
  if (a.init.empty() || detect_weights(a.init) != WeightsKind::model_file) return std::nullopt;
  const auto card = read_model_file(a.init, {.verify = false}).card;
  return card.contains("image") ? std::optional(ImagePreprocess::from(card["image"])) : std::nullopt;
}

Prepared prepare_images(Arguments& a, const cli::Common& common, c10::Device device) {
  for (const auto& [given, option] :
       {std::pair(!a.data.weight.empty(), "--weight"), std::pair(!a.data.group.empty(), "--group"),
        std::pair(!a.data.time.empty(), "--time"), std::pair(!a.data.stratify.empty(), "--stratify")})
    if (given) fail(ErrorKind::usage, "{}: is for tables, {} has images", option, a.data.data);
  auto how = cli::image_data_options(a.images, a.data);
  how.tell = [](const std::string& line) { std::cerr << line << "\n"; };
  const auto parts = cli::read_image_parts(a.data.data, how.read);
  if (a.plan.recipe.empty()) a.plan.recipe = cli::usual_recipe(parts.train, !a.init.empty() || !a.pretrained.empty());
  auto plan = make_plan(a, common, device, parts.train.rows());
  cli::apply(a.images, plan);
  return {cli::make_image_dataset(a.data, how, parts, plan.image, known_preprocess(a)), plan};
}

Prepared prepare(Arguments& a, const cli::Common& common, c10::Device device, Domain domain) {
  a.data.seed = common.seed;
  Prepared prepared;
  if (domain == Domain::image) {
    prepared = prepare_images(a, common, device);
  } else {
    if (a.data.validation.empty()) a.data.validation = "0.1";
    prepared.dataset = cli::read_table_dataset(a.data);
    prepared.plan = make_plan(a, common, device, prepared.dataset.train->rows());
  }
  auto& dataset = prepared.dataset;
  for (const auto& note : dataset.notes) std::cerr << note << "\n";
  if (a.class_weights) dataset.train = cli::balanced(*dataset.train, *dataset.model.target);
  if (a.class_draws) dataset.train = cli::balanced_draws(*dataset.train, *dataset.model.target);
  return prepared;
}

/// Of networks that the command line does not name, the domain is that of the data.
Domain domain_of(const Arguments& a) {
  if (!a.plan.network.empty()) return cli::domain_of(a.plan);
  const auto kind = detect_data(a.data.data);
  return kind == DataKind::table || kind == DataKind::unknown ? Domain::tabular : Domain::image;
}

ordered_json run(Arguments& a, const cli::Common& common, const std::string& command, const std::string& config) {
  const auto device = common.use();
  if (!a.pretrained.empty()) a.plan.network = find_published(a.pretrained).model;
  if (!a.init.empty()) cli::begin_with(a.plan, a.init);
  const auto domain = domain_of(a);
  std::optional<ThresholdMetric> threshold;
  if (!a.threshold.empty()) threshold = cli::parse_threshold_metric(a.threshold);
  if (!a.out.empty() && !a.dry_run) cli::prepare_run_folder(a.out, a.resume, a.overwrite);
  else if (a.resume) fail(ErrorKind::usage, "--resume: needs --out, the folder with the checkpoint");
  auto [dataset, plan] = prepare(a, common, device, domain);
  if (threshold) cli::require_thresholds(dataset);
  cli::ProgressLine progress(domain == Domain::image ? "images" : "rows");
  progress.say(headline(dataset, plan));
  const cli::Training training{dataset, cli::evaluation_of(*dataset.model.target, domain, a.metric), beginning(a),
                               progress, a.keep};
  if (a.dry_run) return dry_run(training, plan);
  const auto& out = plan.trainer.out;
  if (!out.empty()) write_file(out / "config.toml", config);

  cli::watch_signals();
  std::vector<Trial> trials;
  if (a.trials > 0) {
    trials = cli::search(training, plan, a.trials);
    plan = trials.front().plan;
  }
  std::vector<Metrics> folds;
  if (a.folds > 0) folds = cli::cross_validate(a.data, training, plan, a.folds, a.class_weights);
  auto trained = cli::train_networks(training, plan, a.networks);
  auto& model = trained.model;
  if (threshold) cli::choose_thresholds(model, dataset, *threshold);
  if (!out.empty()) model.save(out / "model.safetensors");
  const auto validation = measure_on(model, dataset.validation), test = measure_on(model, dataset.test);
  if (!out.empty()) {
    auto report = report_of(command, trained, plan, validation, test);
    cli::add_dataset(report, model, dataset, training.evaluation, common.seed);
    if (!folds.empty()) report.tables.push_back(cli::table_of(folds));
    if (!trials.empty()) report.tables.push_back(cli::table_of(trials, training.evaluation.decides));
    write_report(out / "report.html", report);
  }
  auto summary = summary_of(a, plan, training, trained, validation, test);
  if (!folds.empty()) summary["folds"] = cli::summary_of(folds);
  if (!common.json) std::cout << summary.dump(2) << "\n";
  return summary;
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  Arguments arguments;
  CLI::App* parsed = nullptr;
  const std::vector<std::string> words(argv, argv + argc);
  return cli::run_tool(argc, argv, common,
                       {
                           .name = "train",
                           .description = "Trains a network on a table or on images",
                           .define =
                               [&](CLI::App& app) {
                                 define(app, arguments);
                                 parsed = &app;
                               },
                           .run =
                               [&] {
                                 return run(arguments, common, fmt::format("{}", fmt::join(words, " ")),
                                            parsed->config_to_str(false, false));
                               },
                       });
}

// reszoo-train: from a table or a folder of images to a model file.
#include <iostream>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/json_text.h"
#include "reszoo/base/memory.h"
#include "reszoo/distributed/process_environment.h"
#include "reszoo/recipes/cross_validation.h"
#include "reszoo/recipes/search.h"
#include "reszoo/recipes/thresholds.h"
#include "reszoo/train/output_folder.h"
#include "train_results.h"

using namespace reszoo;
using namespace reszoo::tool;
using nlohmann::ordered_json;

namespace {

constexpr int64_t kReportBytes = 20'000;  // of a report at least

Results train(const TrainOptions& a, PreparedTraining& prepared, const FitOptions& options) {
  auto& [data, recipe, table] = prepared;
  if (a.is_best()) {
    const auto& metric = options.evaluation.monitor.name;
    const auto say = [&](const Candidate& candidate) { options.on_note(text_of(candidate, metric)); };
    auto best = fit_best(data, recipe, {.time_limit = recipe.trainer.time_limit, .fit = options, .on_result = say});
    options.on_note("the ensemble:");
    for (const auto& candidate : best.leaderboard)
      if (candidate.weight > 0) say(candidate);
    return {std::move(best.fitted), {}, {}, std::move(best.leaderboard)};
  }
  std::vector<Trial> trials;
  if (a.trials > 0) {
    trials = search(data, recipe, a.trials, options, [&](const Trial& trial) { options.on_note(text_of(trial)); });
    recipe = trials.front().recipe;
  }
  std::vector<Metrics> folds;
  if (a.folds > 0) {
    if (!data.model.table) fail(ErrorKind::usage, "--folds: is for tables");
    folds = cross_validate(read_training_table(a.data.paths, table), table, recipe, a.folds, options);
  }
  return {fit(data, recipe, options), trials, folds};
}

/// Goes on from the last checkpoint after the launcher has started all processes again, or begins anew without one.
void go_on(TrainOptions& a, const cli::Common& common) {
  const bool found = common.is_first() && !a.out.empty() && has_checkpoint(a.out);
  const bool begun = common.group ? common.group->any(found) : found;
  a.overwrite = a.overwrite || (!begun && !a.resume);
  a.resume = a.resume || begun;
}

/// With shards, results must not depend on the number of processes: each has the threads of one shard.
void choose_threads(const TrainOptions& a, cli::Common& common) {
  if (a.shards < 2 || common.threads > 0) return;
  const auto cpus = thread_share(common.place) * common.place.local_size;
  common.threads = static_cast<int>(std::max<int64_t>(cpus / a.shards, 1));
}

ordered_json run(TrainOptions& a, cli::Common& common, const std::string& command, const CLI::App& app) {
  connect_processes(common, a.group);
  choose_threads(a, common);
  const auto device = common.use();
  return_freed_memory();  // while the data is prepared
  take_start_model(a);
  const auto domain = training_domain(a);
  check_time_limit(a, domain);
  std::optional<ThresholdMetric> threshold;
  if (!a.threshold.empty()) threshold = parse_threshold_metric(a.threshold);
  if (common.place.restarts > 0) go_on(a, common);
  if (!a.out.empty() && !a.dry_run && common.is_first()) prepare_output_folder(a.out, a.resume, a.overwrite);
  else if (a.resume && a.out.empty()) fail(ErrorKind::usage, "--resume: needs --out, the folder with the checkpoint");
  auto prepared = prepare_training(a, common, device, domain);
  retain_freed_memory();
  prepared.recipe.trainer.time_limit = training_seconds(a);
  prepared.recipe.trainer.group = common.group;
  prepared.recipe.trainer.rows_after = report_rows(prepared.data);
  const auto& [data, recipe, table] = prepared;
  for (const auto& note : data.notes) common.notes.say(note);
  if (threshold) require_thresholds(*data.model.target);
  if (threshold && !data.validation && !a.is_best())
    fail(ErrorKind::usage, "--tune-threshold: needs validation rows, got --val 0");
  cli::ProgressLine line(domain == Domain::image ? "images" : "rows", common.is_first());
  line.say(headline(data, recipe));
  const auto options = fit_options(a, data, domain, line);
  if (a.dry_run)
    return {{"dry_run", true},
            {"model", recipe.network},
            {"rows", data.train.rows()},
            {"loss", dry_run(data, recipe, options)}};
  if (!a.out.empty() && common.is_first()) {
    const std::filesystem::path out = a.out;
    write_file(out / "config.toml", app.config_to_str(false, false));
    require_writable({{out / "model.safetensors"}, {out / "report.html", kReportBytes}});
  }
  cli::watch_signals();
  cli::watch_checkpoint_signal(is_slurm_job());
  auto results = until_stopped(common, line, [&] { return train(a, prepared, options); });
  if (!common.is_first()) return {};
  auto& fitted = results.fitted;
  if (threshold && data.validation) choose_thresholds(fitted.model, *data.validation, *threshold);
  else if (threshold) choose_thresholds(fitted.model, *fitted.out_of_fold, *threshold);
  const auto measured = a.out.empty() ? evaluate_parts(results.fitted, data)
                                      : write_results(a.out, results, data, command, report_time(a));
  auto summary = summary_of(a, results, measured);
  if (data.left_out && !data.left_out->empty()) summary["left_out"] = data.left_out->to_json();
  if (!common.json) std::cout << json_text(summary, 2) << "\n";
  return summary;
}

}  // namespace

int main(int argc, char** argv) {
  cli::Common common;
  TrainOptions options;
  CLI::App* parsed = nullptr;
  const auto define = [&](CLI::App& app) {
    add_train_options(app, options, common.notes);
    parsed = &app;
  };
  const auto command = fmt::format("{}", fmt::join(std::vector<std::string>(argv, argv + argc), " "));
  const auto train = [&] { return run(options, common, command, *parsed); };
  const auto* description = "Trains a network on a table or on images";
  return cli::run_tool(argc, argv, common, {"train", description, define, train, &options.group});
}
